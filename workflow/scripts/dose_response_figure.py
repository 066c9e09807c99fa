"""Draw the dose response."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_dataset, write_bytes
    from jakstat.problem import read_tables
    from jakstat.reports import dose_response_figure, figure_svg, stamp_warning

    dose_response = read_dataset(snakemake.input.dose_response)
    figure = dose_response_figure(dose_response, read_tables(snakemake.input.study))
    figure = stamp_warning(figure, dose_response.attrs["warning"])
    write_bytes(figure_svg(figure), snakemake.output[0])
