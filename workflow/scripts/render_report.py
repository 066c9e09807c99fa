"""Put all that is known of a study into one HTML file."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.problem import read_tables
    from jakstat.reports import ReportContents, ScenarioResults, names_of_pairs, render_report
    from jakstat.storage import read_dataset, read_json, read_table, read_tree, write_text

    given = snakemake.input
    posterior = read_tree(given.posterior)
    scenarios = None
    if given.responses:
        scenarios = ScenarioResults(
            responses=read_dataset(given.responses),
            response_measures=read_table(given.measures),
            jak_dependency=read_table(given.jak_dependency),
            shifts=read_table(given.shifts),
            combinations=names_of_pairs(read_tree(given.combinations)),
            exposure=read_table(given.effects),
            ranking=read_table(given.ranking),
            next_experiment=read_table(given.next_experiment),
            scores=read_table(given.scores),
        )
    contents = ReportContents(
        tables=read_tables(given.study),
        posterior=posterior,
        prior=read_tree(given.prior),
        convergence=read_json(given.convergence),
        loo=read_dataset(given.loo),
        coverage=read_table(given.coverage),
        modes=read_table(given.modes),
        tolerance=read_json(given.tolerance),
        provenance=posterior.attrs,
        settings=snakemake.params.settings,
        dose_response=read_dataset(given.dose_response) if given.dose_response else None,
        ic50_summary=read_table(given.ic50) if given.ic50 else None,
        time_courses=read_dataset(given.time_courses),
        cross_check=read_json(given.cross_check),
        scenarios=scenarios,
        warning=read_json(given.gate)["warning"],
    )
    write_text(render_report(contents), snakemake.output[0])
