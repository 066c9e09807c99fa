"""Put all that is known of a study into one HTML file."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.problem import read_tables
    from jakstat.reports import ReportContents, render_report
    from jakstat.storage import read_dataset, read_json, read_table, read_tree, write_text

    given, posterior = snakemake.input, read_tree(snakemake.input.posterior)
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
        cell_lines=read_table(given.cell_lines) if given.cell_lines else None,
        inhibitors=read_table(given.inhibitors) if given.inhibitors else None,
        warning=read_json(given.gate)["warning"],
    )
    write_text(render_report(contents), snakemake.output[0])
