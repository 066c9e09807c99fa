"""Draw the measurements and the posterior's bands."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_dataset, read_posterior, write_bytes
    from jakstat.problem import read_tables
    from jakstat.reports import figure_svg, fit_figure, stamp_warning

    time_courses = read_dataset(snakemake.input.time_courses)
    figure = fit_figure(read_tables(snakemake.input.study), read_posterior(snakemake.input.posterior), time_courses)
    write_bytes(figure_svg(stamp_warning(figure, time_courses.attrs["warning"])), snakemake.output[0])
