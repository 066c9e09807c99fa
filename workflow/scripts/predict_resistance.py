"""Predict what alterations do to the response to each inhibitor."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_json, read_posterior, write_dataset, write_table
    from jakstat.predictions import (
        ask_of_fit,
        predict_exposure,
        predict_resistance,
        summarise_effects,
        summarise_resistance,
    )
    from jakstat.statistics import SolverSettings

    given, params = snakemake.input, snakemake.params
    warning = read_json(given.gate)["warning"]
    solver, tree = SolverSettings(**params.solver), read_posterior(given.posterior)
    fit, settings = ask_of_fit(params.scenarios, given.study, tree, solver, params.seed)

    resistance = predict_resistance(fit, settings.resistance).assign_attrs(warning=warning)
    write_dataset(resistance, snakemake.output.resistance)
    response = resistance["response"].rename(all_cells="cells")
    effect = predict_exposure(fit.scenarios.reference, response, params.seed)["effect"]
    effects = summarise_effects(effect, settings.inhibitions)
    write_table(effects.assign(warning=warning), snakemake.output.exposure)
    write_table(summarise_resistance(resistance).assign(warning=warning), snakemake.output.shifts)
