"""Compare what is asked for with what the study has; write it, or stop with every fault."""

from script_log import log_to

with log_to(snakemake.log[0], faults=(ValueError, NotImplementedError)):
    from jakstat.files import write_json
    from jakstat.predictions import check_dose_response, read_dose_response
    from jakstat.problem import read_tables

    check_dose_response(read_tables(snakemake.input.study), read_dose_response(snakemake.params.scenario))
    write_json(snakemake.params.scenario, snakemake.output[0])
