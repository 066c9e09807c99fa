"""Score predictions of measurements that the fit has not seen beside naive ones."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.predictions import fitted_study, read_scenarios, score_predictions
    from jakstat.statistics import SolverSettings
    from jakstat.storage import read_json, read_tree, write_table

    given, params = snakemake.input, snakemake.params
    warning = read_json(given.gate)["warning"]
    draws = params.scenarios["draws"]
    fit = fitted_study(given.study, read_tree(given.posterior), draws, SolverSettings(**params.solver), params.seed)
    settings = read_scenarios(params.scenarios, fit.tables, fit.scenarios)

    held_out = fit.scenarios.read_table(given.held_out)
    scores = score_predictions(fit, held_out)
    write_table(scores.assign(warning=warning), snakemake.output[0])
