"""Solve draws of the posterior by the second solver, and write how much signals and gradients differ."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_posterior, write_json
    from jakstat.inference import cross_check_solver
    from jakstat.problem import read_tables
    from jakstat.statistics import SolverSettings

    params = snakemake.params
    tables, tree = read_tables(snakemake.input.study), read_posterior(snakemake.input.posterior)
    check = cross_check_solver(tables, tree, SolverSettings(**params.solver), seed=params.seed)
    write_json(check.as_dict(), snakemake.output[0])
