"""Draw the measurements and the posterior's bands."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.problem import read_tables
    from jakstat.reports import fit_figure
    from jakstat.reports.drawing import figure_svg
    from jakstat.reports.warning_stamp import stamp_warning
    from jakstat.storage import read_dataset, read_posterior, write_bytes

    time_courses = read_dataset(snakemake.input.time_courses)
    figure = fit_figure(read_tables(snakemake.input.study), read_posterior(snakemake.input.posterior), time_courses)
    write_bytes(figure_svg(stamp_warning(figure, time_courses.attrs["warning"])), snakemake.output[0])
