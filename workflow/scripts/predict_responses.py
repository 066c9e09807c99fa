"""Predict dose responses of every inhibitor on all cells, and their measures."""

from script_log import log_to

with log_to(snakemake.log[0]):
    import pandas as pd

    from jakstat.files import read_json, read_posterior, write_dataset, write_table
    from jakstat.predictions import (
        ask_of_fit,
        measure_dose_response,
        measure_growth_response,
        predict_growth_response,
        predict_responses,
        summarise_metrics,
    )
    from jakstat.statistics import SolverSettings

    given, params = snakemake.input, snakemake.params
    warning = read_json(given.gate)["warning"]
    solver, tree = SolverSettings(**params.solver), read_posterior(given.posterior)
    fit, settings = ask_of_fit(params.scenarios, given.study, tree, solver, params.seed)
    responses = predict_responses(fit, settings.responses).assign_attrs(warning=warning)
    measures = [summarise_metrics(measure_dose_response(responses[name])).assign(readout=name) for name in responses]
    if settings.growth_readout is not None:
        counted = responses[settings.growth_readout.name]
        growth = measure_growth_response(predict_growth_response(fit, settings.responses.cells, counted))
        measures.append(summarise_metrics(growth).assign(readout=counted.name))
    write_dataset(responses, snakemake.output.responses)
    write_table(pd.concat(measures).assign(warning=warning), snakemake.output.measures)
