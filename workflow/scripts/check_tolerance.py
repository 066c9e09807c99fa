"""Solve draws of the posterior again with tight tolerances, and write how much their likelihoods change."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from dataclasses import replace

    from jakstat.files import read_posterior, write_json
    from jakstat.inference import check_tolerance
    from jakstat.problem import read_tables
    from jakstat.statistics import SolverSettings

    params = snakemake.params
    solver, asked = SolverSettings(**params.solver), dict(params.tolerance)
    draws, tight = asked.pop("draws"), replace(solver, **asked)
    tables, tree = read_tables(snakemake.input.study), read_posterior(snakemake.input.posterior)
    write_json(check_tolerance(tables, tree, solver, tight, draws, params.seed).as_dict(), snakemake.output[0])
