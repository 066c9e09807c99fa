"""Draw parameters and measurements from the prior."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import write_tree
    from jakstat.inference import sample_prior_predictive
    from jakstat.problem import read_tables
    from jakstat.statistics import SolverSettings

    params = snakemake.params
    tables = read_tables(snakemake.input.study)
    tree = sample_prior_predictive(tables, SolverSettings(**params.solver), params.draws["draws"], params.seed)
    write_tree(tree, snakemake.output[0])
