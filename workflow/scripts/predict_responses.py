"""Predict dose responses of every inhibitor on all cells, and their measures."""

from script_log import log_to

with log_to(snakemake.log[0]):
    import pandas as pd

    from jakstat.predictions import (
        fitted_study,
        measure_dose_response,
        predict_responses,
        read_scenarios,
        summarise_metrics,
    )
    from jakstat.statistics import SolverSettings
    from jakstat.storage import read_json, read_tree, write_dataset, write_table

    given, params = snakemake.input, snakemake.params
    warning = read_json(given.gate)["warning"]
    draws = params.scenarios["draws"]
    fit = fitted_study(given.study, read_tree(given.posterior), draws, SolverSettings(**params.solver), params.seed)
    settings = read_scenarios(params.scenarios, fit.tables, fit.scenarios)

    responses = predict_responses(fit, settings.responses).assign_attrs(warning=warning)
    measures = [summarise_metrics(measure_dose_response(responses[name])).assign(readout=name) for name in responses]
    write_dataset(responses, snakemake.output.responses)
    write_table(pd.concat(measures).assign(warning=warning), snakemake.output.measures)
