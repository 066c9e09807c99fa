"""Rank candidate measurements by how much each would narrow an IC50."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.predictions import fitted_study, read_scenarios, suggest_experiments
    from jakstat.statistics import SolverSettings
    from jakstat.storage import read_json, read_tree, write_table

    given, params = snakemake.input, snakemake.params
    warning = read_json(given.gate)["warning"]
    draws = params.scenarios["draws"]
    fit = fitted_study(given.study, read_tree(given.posterior), draws, SolverSettings(**params.solver), params.seed)
    settings = read_scenarios(params.scenarios, fit.tables, fit.scenarios)

    target, doses = settings.next_target, settings.responses.doses
    ranked = suggest_experiments(fit, target, doses, settings.next_candidates)
    write_table(ranked.assign(warning=warning), snakemake.output[0])
