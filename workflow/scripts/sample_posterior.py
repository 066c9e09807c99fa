"""Draw from the posterior and store the draws with what made them."""

import os

# Snakemake sets these to the rule's threads. Our threads are chains: more of them inside each only compete.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

from script_log import log_to

with log_to(snakemake.log[0], bar=True):
    from datetime import UTC, datetime

    import yaml

    from jakstat.inference import SamplingSettings, sample_posterior
    from jakstat.problem import read_tables
    from jakstat.provenance import package_versions
    from jakstat.statistics import SolverSettings
    from jakstat.storage import write_tree

    params = snakemake.params
    tables = read_tables(snakemake.input.study)
    sampling = SamplingSettings(**params.sampling, cores=snakemake.threads)
    tree = sample_posterior(tables, sampling, SolverSettings(**params.solver), params.seed)
    settings = {"seed": params.seed, "solver": params.solver, "sampling": params.sampling}
    tree.attrs |= {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "study": tables.id,
        "seed": params.seed,
        "config": yaml.safe_dump(settings, sort_keys=False),
        "data_digests": dict(tables.data_digests),
        "code_digest": params.code,
        "versions": package_versions(),
    }
    write_tree(tree, snakemake.output[0])
