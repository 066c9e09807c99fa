"""Predict the signals of the study's own experiments between the measured times."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_json, read_posterior, write_dataset
    from jakstat.predictions import predict_time_courses
    from jakstat.problem import read_tables
    from jakstat.statistics import SolverSettings

    tree = read_posterior(snakemake.input.posterior)
    tables = read_tables(snakemake.input.study)
    time_courses = predict_time_courses(tables, tree, SolverSettings(**snakemake.params.solver))
    time_courses.attrs["warning"] = read_json(snakemake.input.gate)["warning"]
    write_dataset(time_courses, snakemake.output[0])
