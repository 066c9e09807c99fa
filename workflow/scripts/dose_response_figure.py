"""Draw the dose response."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.problem import read_tables
    from jakstat.reports import dose_response_figure
    from jakstat.reports.drawing import figure_svg
    from jakstat.reports.warning_stamp import stamp_warning
    from jakstat.storage import read_dataset, write_bytes

    dose_response = read_dataset(snakemake.input.dose_response)
    figure = dose_response_figure(dose_response, read_tables(snakemake.input.study))
    figure = stamp_warning(figure, dose_response.attrs["warning"])
    write_bytes(figure_svg(figure), snakemake.output[0])
