"""Predict what alterations do to the response to each inhibitor."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.predictions import fitted_study, predict_resistance, read_scenarios, summarise_resistance
    from jakstat.statistics import SolverSettings
    from jakstat.storage import read_json, read_tree, write_dataset, write_table

    given, params = snakemake.input, snakemake.params
    warning = read_json(given.gate)["warning"]
    draws = params.scenarios["draws"]
    fit = fitted_study(given.study, read_tree(given.posterior), draws, SolverSettings(**params.solver), params.seed)
    settings = read_scenarios(params.scenarios, fit.tables, fit.scenarios)

    resistance = predict_resistance(fit, settings.resistance).assign_attrs(warning=warning)
    write_dataset(resistance, snakemake.output.resistance)
    write_table(summarise_resistance(resistance).assign(warning=warning), snakemake.output.shifts)
