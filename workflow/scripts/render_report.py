"""Put all that is known of a study into one HTML file."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.problem import read_tables
    from jakstat.reports import (
        CELL_TABLES,
        SCENARIO_TABLES,
        ReportContents,
        ScenarioResults,
        names_of_pairs,
        render_report,
    )
    from jakstat.storage import read_dataset, read_json, read_table, read_tree, write_text

    given = snakemake.input
    posterior, scenarios, tables = read_tree(given.posterior), None, ("coverage", "modes")
    if given.responses:
        answers = {name: read_table(getattr(given, name)) for name in SCENARIO_TABLES}
        pairs = names_of_pairs(read_tree(given.combinations))
        scenarios = ScenarioResults(responses=read_dataset(given.responses), combinations=pairs, **answers)
    contents = ReportContents(
        tables=read_tables(given.study),
        posterior=posterior,
        prior=read_tree(given.prior),
        loo=read_dataset(given.loo),
        provenance=posterior.attrs,
        settings=snakemake.params.settings,
        dose_response=read_dataset(given.dose_response) if given.dose_response else None,
        ic50_summary=read_table(given.ic50) if given.ic50 else None,
        time_courses=read_dataset(given.time_courses),
        **{name: read_json(getattr(given, name)) for name in ("convergence", "tolerance", "cross_check")},
        scenarios=scenarios,
        **{name: read_table(getattr(given, name)) for name in (*tables, *CELL_TABLES) if getattr(given, name)},
        warning=read_json(given.gate)["warning"],
    )
    write_text(render_report(contents), snakemake.output[0])
