"""Predict how much of its growth each cell line loses when its JAKs are blocked."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.predictions import fitted_study, predict_jak_dependency, read_scenarios
    from jakstat.statistics import SolverSettings
    from jakstat.storage import read_json, read_tree, write_table

    given, params = snakemake.input, snakemake.params
    warning = read_json(given.gate)["warning"]
    draws = params.scenarios["draws"]
    fit = fitted_study(given.study, read_tree(given.posterior), draws, SolverSettings(**params.solver), params.seed)
    settings = read_scenarios(params.scenarios, fit.tables, fit.scenarios)

    dependency = predict_jak_dependency(fit, settings.exposure_readout)
    write_table(dependency.assign(warning=warning), snakemake.output[0])
