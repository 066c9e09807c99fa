"""Predict how much of its growth each cell line loses when its JAKs are blocked."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_json, read_posterior, write_table
    from jakstat.predictions import ask_of_fit, predict_jak_dependency
    from jakstat.statistics import SolverSettings

    given, params = snakemake.input, snakemake.params
    warning = read_json(given.gate)["warning"]
    solver, tree = SolverSettings(**params.solver), read_posterior(given.posterior)
    fit, settings = ask_of_fit(params.scenarios, given.study, tree, solver, params.seed)

    dependency = predict_jak_dependency(fit, settings.growth_readout)
    write_table(dependency.assign(warning=warning), snakemake.output[0])
