"""Compare the interventions with the problem and their tables; write them, or stop with every fault."""

from script_log import log_to

with log_to(snakemake.log[0], faults=(ValueError, NotImplementedError)):
    from pathlib import Path

    from jakstat.files import write_table
    from jakstat.predictions import check_interventions
    from jakstat.problem import read_tables

    given = snakemake.input
    folder = Path(given.tables[0]).parent if given.tables else None
    asked = check_interventions(snakemake.params.interventions, read_tables(given.study), folder)
    write_table(asked, snakemake.output[0])
