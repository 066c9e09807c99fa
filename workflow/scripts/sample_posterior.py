"""Draw from the posterior and store the draws with what made them."""

import os

# Snakemake sets these to the rule's threads. Our threads are chains: more of them inside each only compete.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

from script_log import log_to, progress_to

with log_to(snakemake.log[0], bar=True) as say:
    from jakstat.files import read_posterior, write_tree
    from jakstat.inference import SamplingSettings, sample_posterior
    from jakstat.problem import read_tables
    from jakstat.provenance import describe_run
    from jakstat.statistics import SolverSettings

    params = snakemake.params
    tables = read_tables(snakemake.input.study)
    sampling = SamplingSettings(**params.sampling, cores=snakemake.threads)
    earlier = [read_posterior(path) for path in snakemake.input.get("start_from", [])]
    solver, start_from = SolverSettings(**params.solver), earlier[0] if earlier else None
    tell = progress_to(say, f"sample_posterior, {tables.id}")
    tree = sample_posterior(tables, sampling, solver, params.seed, tell, start_from=start_from)
    settings = {"seed": params.seed, "solver": params.solver, "sampling": params.sampling}
    tree.attrs |= {"study": tables.id, **describe_run(settings, tables.data_digests, params.code)}
    write_tree(tree, snakemake.output[0])
