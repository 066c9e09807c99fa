"""Read the study; write the problem in numbers, or stop with every fault."""

from script_log import log_to

with log_to(snakemake.log[0], faults=(ValueError, NotImplementedError)):
    from jakstat.problem import read_tables
    from jakstat.problem.summary import check_problem
    from jakstat.storage import write_json

    write_json(check_problem(read_tables(snakemake.input.study)), snakemake.output[0])
