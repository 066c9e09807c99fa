"""Predict the dose response to an inhibitor over the posterior's draws, and its IC50."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_json, read_posterior, write_dataset, write_table
    from jakstat.predictions import predict_dose_response, read_dose_response, summarise_ic50
    from jakstat.problem import read_tables
    from jakstat.statistics import SolverSettings

    params = snakemake.params
    scenario = read_dose_response(read_json(snakemake.input.scenario))
    tree = read_posterior(snakemake.input.posterior)
    tables = read_tables(snakemake.input.study)
    dose_response = predict_dose_response(tables, tree, scenario, SolverSettings(**params.solver), params.seed)
    dose_response.attrs["warning"] = read_json(snakemake.input.gate)["warning"]
    write_dataset(dose_response, snakemake.output.dose_response)
    write_table(summarise_ic50(dose_response).assign(warning=dose_response.attrs["warning"]), snakemake.output.ic50)
