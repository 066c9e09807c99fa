"""Rank candidate measurements by how much each would narrow an IC50."""

from script_log import log_to

with log_to(snakemake.log[0]) as say:
    from jakstat.files import read_json, read_posterior, write_table
    from jakstat.predictions import ask_of_fit, suggest_experiments
    from jakstat.statistics import SolverSettings

    given, params = snakemake.input, snakemake.params
    warning = read_json(given.gate)["warning"]
    solver, tree = SolverSettings(**params.solver), read_posterior(given.posterior)
    fit, settings = ask_of_fit(params.scenarios, given.study, tree, solver, params.seed)

    ranked = suggest_experiments(fit, settings.next_target, settings.responses, settings.next_candidates)
    for reason in filter(None, ranked["left_out"]):
        say(f"Warning: no next experiment is suggested; {reason}")
    write_table(ranked.assign(warning=warning), snakemake.output[0])
