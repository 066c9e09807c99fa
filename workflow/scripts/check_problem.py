"""Read the study and evaluate it once; write the problem in numbers and which study it is, or stop with every fault."""

import os
from pathlib import Path

from script_log import log_to

with log_to(snakemake.log[0], faults=(ValueError, NotImplementedError)) as say:
    from jakstat.files import write_json
    from jakstat.problem import check_problem, read_tables
    from jakstat.statistics import SolverSettings, require_evaluable

    tables = read_tables(snakemake.input.study)
    for note in tables.notes:
        say(f"Note: {note}")
    require_evaluable(tables, SolverSettings(**snakemake.params.solver))
    write_json(check_problem(tables), snakemake.output.problem)
    Path(snakemake.output.study_file).write_text(os.path.relpath(snakemake.input.study) + "\n", encoding="utf-8")
