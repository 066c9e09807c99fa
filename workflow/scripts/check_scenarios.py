"""Compare the scenarios with what the study has; write them, or stop with every fault."""

from script_log import log_to

with log_to(snakemake.log[0], faults=(ValueError, NotImplementedError)):
    from jakstat.predictions import check_scenarios
    from jakstat.problem import StudyScenarios, read_study
    from jakstat.storage import write_json

    study, asked = snakemake.input.study, snakemake.params.scenarios
    check_scenarios(asked, read_study(study), StudyScenarios(study))
    write_json(asked, snakemake.output[0])
