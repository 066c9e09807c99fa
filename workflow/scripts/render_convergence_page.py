"""Write the page that says which checks of the fit hold, which do not, and what to try."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_json, read_table, write_text
    from jakstat.reports import render_convergence_page

    given = snakemake.input
    convergence, tolerance = read_json(given.convergence), read_json(given.tolerance)
    page = render_convergence_page(convergence, read_table(given.modes), snakemake.wildcards.study, tolerance=tolerance)
    write_text(page, snakemake.output[0])
