"""Compare the scenarios with what the study has; write them, or stop with every fault."""

from script_log import log_to

with log_to(snakemake.log[0], faults=(ValueError, NotImplementedError)):
    from jakstat.files import write_table
    from jakstat.problem import read_study
    from jakstat.scenarios import StudyScenarios, check_scenarios

    study = snakemake.input.study
    asked = check_scenarios(snakemake.params.scenarios, read_study(study), StudyScenarios(study))
    write_table(asked, snakemake.output[0])
