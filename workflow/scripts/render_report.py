"""Put all that is known of a study into one HTML file."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_dataset, read_json, read_posterior, read_table, read_tree, write_text
    from jakstat.problem import read_tables
    from jakstat.reports import REPORT_TABLES, render_report, report_contents

    given, settings = snakemake.input, snakemake.params.settings
    readers = {
        read_json: ("convergence", "tolerance", "cross_check"),
        read_table: REPORT_TABLES,
        read_dataset: ("loo", "time_courses", "responses", "at_exposure", "interventions"),
        read_tree: ("prior", "combinations", "intervention_pairs"),
    }
    asked = ((name, reader) for reader, names in readers.items() for name in names)
    results = {name: reader(getattr(given, name)) for name, reader in asked if getattr(given, name)}
    tables, posterior = read_tables(given.study), read_posterior(given.posterior)
    contents = report_contents(results, tables, posterior, settings, read_json(given.gate)["warning"])
    write_text(render_report(contents), snakemake.output[0])
