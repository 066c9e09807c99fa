"""Predict what drugs, alterations and pairs do to a problem without cell lines."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from pathlib import Path

    import xarray as xr

    from jakstat.files import read_json, read_posterior, write_dataset, write_table, write_tree
    from jakstat.predictions import measure_dose_response, predict_interventions, summarise_metrics
    from jakstat.problem import read_tables
    from jakstat.statistics import SolverSettings

    given, params, made = snakemake.input, snakemake.params, snakemake.output
    warning = read_json(given.gate)["warning"]
    solver, posterior = SolverSettings(**params.solver), read_posterior(given.posterior)
    folder, tables = Path(given.tables[0]).parent if given.tables else None, read_tables(given.study)
    answers = predict_interventions(params.interventions, tables, folder, posterior, solver, params.seed)

    write_dataset(answers.response.to_dataset(name="response").assign_attrs(warning=warning), made.response)
    pairs = xr.DataTree.from_dict({f"pair_{number}": pair for number, pair in enumerate(answers.pairs.values())})
    pairs.attrs.update(pairs=list(answers.pairs), warning=warning)
    write_tree(pairs, made.pairs)
    measures = summarise_metrics(measure_dose_response(answers.response))
    write_table(measures.assign(warning=warning), made.measures)
    write_table(answers.shifts.assign(warning=warning), made.shifts)
