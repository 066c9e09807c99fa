"""Write the page that says which checks of the fit hold, which do not, and what to try."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.reports import render_convergence_page
    from jakstat.storage import read_json, read_table, write_text

    convergence = read_json(snakemake.input.convergence)
    modes = read_table(snakemake.input.modes)
    write_text(render_convergence_page(convergence, modes, snakemake.wildcards.study), snakemake.output[0])
