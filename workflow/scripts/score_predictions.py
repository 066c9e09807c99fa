"""Score predictions of measurements that the fit has not seen beside naive ones."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from pathlib import Path

    from jakstat.files import read_json, read_posterior, write_table
    from jakstat.predictions import PublicTable, ask_of_fit, score_predictions
    from jakstat.statistics import SolverSettings

    given, params = snakemake.input, snakemake.params
    warning = read_json(given.gate)["warning"]
    solver, tree = SolverSettings(**params.solver), read_posterior(given.posterior)
    fit, settings = ask_of_fit(params.scenarios, given.study, tree, solver, params.seed)

    tables, obtained = given.get("public", []), given.get("obtained", [])
    public = {
        Path(table).parent.name: PublicTable(Path(table), read_json(record)["absence"])
        for table, record in zip(tables, obtained, strict=True)
    }
    folder, refits = Path(given.study).parent, {}
    observable = settings.growth_readout.observable if settings.growth_readout is not None else ""
    for path in given.get("refits", []):
        from jakstat.predictions import refit_of, require_refit

        without = read_posterior(path)
        refits[require_refit(without, fit, observable)] = refit_of(without, settings.draws)
    scores = score_predictions(fit, settings.scores, folder, observable, public, refits)
    write_table(scores.assign(warning=warning), snakemake.output[0])
