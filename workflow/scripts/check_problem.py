"""Read the study and evaluate it once; write the problem in numbers, or stop with every fault."""

from script_log import log_to

with log_to(snakemake.log[0], faults=(ValueError, NotImplementedError)):
    from jakstat.problem import read_tables
    from jakstat.problem.summary import check_problem
    from jakstat.statistics import SolverSettings, require_evaluable
    from jakstat.storage import write_json

    tables = read_tables(snakemake.input.study)
    require_evaluable(tables, SolverSettings(**snakemake.params.solver))
    write_json(check_problem(tables), snakemake.output[0])
