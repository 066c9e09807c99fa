"""Put the predicted dose responses into one interactive page."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_dataset, write_text
    from jakstat.problem import measured_responses, read_tables, require_same_problem
    from jakstat.reports import render_responses_page

    responses = read_dataset(snakemake.input.responses)
    tables = read_tables(snakemake.input.study)
    require_same_problem(responses, tables)
    warning = responses.attrs["warning"] or ""
    page = render_responses_page(responses, measured_responses(tables), tables.title or tables.id, warning)
    write_text(page, snakemake.output[0])
