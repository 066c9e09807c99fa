"""Predict responses to pairs of inhibitors, and their excess over Bliss, HSA and Loewe."""

from script_log import log_to

with log_to(snakemake.log[0]):
    import xarray as xr

    from jakstat.files import read_json, read_posterior, write_table, write_tree
    from jakstat.predictions import ask_of_fit, least_doses, predict_combinations, summarise_combinations
    from jakstat.statistics import SolverSettings

    given, params = snakemake.input, snakemake.params
    warning = read_json(given.gate)["warning"]
    solver, tree = SolverSettings(**params.solver), read_posterior(given.posterior)
    fit, settings = ask_of_fit(params.scenarios, given.study, tree, solver, params.seed)

    pairs = predict_combinations(fit, settings.pairs)
    tree = xr.DataTree.from_dict({f"pair_{number}": pair for number, pair in enumerate(pairs.values())})
    tree.attrs.update(pairs=list(pairs), warning=warning)
    write_tree(tree, snakemake.output.combinations)
    least = least_doses(pairs, settings.least_effect, settings.least_probability)
    write_table(least.assign(warning=warning), snakemake.output.least)
    write_table(summarise_combinations(pairs).assign(warning=warning), snakemake.output.excess)
