"""Put all that is known of a study into one HTML file."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_dataset, read_json, read_posterior, read_table, read_tree, write_text
    from jakstat.problem import read_tables
    from jakstat.reports import ANSWER_TABLES, CELL_TABLES, ReportContents, render_report, take_answers

    given, posterior = snakemake.input, read_posterior(snakemake.input.posterior)
    readers = {
        read_json: ("convergence", "tolerance", "cross_check"),
        read_table: ("coverage", "modes", *CELL_TABLES, *ANSWER_TABLES),
        read_dataset: ("loo", "time_courses", "responses", "at_exposure", "interventions"),
        read_tree: ("prior", "combinations", "intervention_pairs"),
    }
    asked = ((name, reader) for reader, names in readers.items() for name in names)
    results = {name: reader(getattr(given, name)) for name, reader in asked if getattr(given, name)}
    tables = read_tables(given.study)
    contents = ReportContents(
        tables=tables,
        posterior=posterior,
        provenance=posterior.attrs,
        settings=snakemake.params.settings,
        warning=read_json(given.gate)["warning"],
        **take_answers(results, tables),
        **results,
    )
    write_text(render_report(contents), snakemake.output[0])
