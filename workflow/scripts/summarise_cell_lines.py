"""Put prior and posterior of what each cell line and each inhibitor has of its own into tables."""

from pathlib import Path

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_json, read_posterior, write_table
    from jakstat.predictions import summarise_cell_lines, summarise_inhibitors
    from jakstat.problem import read_tables
    from jakstat.scenarios import StudyScenarios

    given = snakemake.input
    study = StudyScenarios(Path(given.study).parent), read_tables(given.study), read_posterior(given.posterior)
    warning = read_json(given.gate)["warning"]
    write_table(summarise_cell_lines(*study).assign(warning=warning), snakemake.output.cell_lines)
    write_table(summarise_inhibitors(*study).assign(warning=warning), snakemake.output.inhibitors)
