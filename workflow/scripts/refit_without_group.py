"""Draw from the posterior without the dose responses of a cell line or an inhibitor."""

import os

# Snakemake sets these to the rule's threads. Our threads are chains: more of them inside each only compete.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

from script_log import log_to, progress_to

with log_to(snakemake.log[0], bar=True, faults=(ValueError,)) as say:
    from jakstat.files import write_tree
    from jakstat.inference import SamplingSettings
    from jakstat.predictions import refit_without_group
    from jakstat.provenance import describe_run
    from jakstat.scenarios import StudyScenarios
    from jakstat.statistics import SolverSettings

    params, by = snakemake.params, snakemake.wildcards.by
    scenarios, solver = StudyScenarios(snakemake.input.study), SolverSettings(**params.solver)
    sampling = SamplingSettings(**params.sampling, cores=snakemake.threads)
    tell = progress_to(say, f"refit without {params.group}")
    tree = refit_without_group(scenarios, params.observable, by, params.group, sampling, solver, params.seed, tell)
    settings = {"seed": params.seed, "solver": params.solver, "sampling": params.sampling}
    tables = scenarios.tables
    tree.attrs |= {"study": tables.id, **describe_run(settings, tables.data_digests, params.code)}
    write_tree(tree, snakemake.output[0])
