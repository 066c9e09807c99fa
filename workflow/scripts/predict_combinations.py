"""Predict responses to pairs of inhibitors, and their excess over Bliss, HSA and Loewe."""

from script_log import log_to

with log_to(snakemake.log[0]):
    import xarray as xr

    from jakstat.predictions import fitted_study, predict_combinations, read_scenarios, summarise_combinations
    from jakstat.statistics import SolverSettings
    from jakstat.storage import read_json, read_tree, write_table, write_tree

    given, params = snakemake.input, snakemake.params
    warning = read_json(given.gate)["warning"]
    draws = params.scenarios["draws"]
    fit = fitted_study(given.study, read_tree(given.posterior), draws, SolverSettings(**params.solver), params.seed)
    settings = read_scenarios(params.scenarios, fit.tables, fit.scenarios)

    pairs = predict_combinations(fit, settings.pairs)
    tree = xr.DataTree.from_dict({f"pair_{number}": one for number, one in enumerate(pairs.values())})
    tree.attrs.update(pairs=list(pairs), warning=warning)
    write_tree(tree, snakemake.output.combinations)
    write_table(summarise_combinations(pairs).assign(warning=warning), snakemake.output.excess)
