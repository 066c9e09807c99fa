"""Take the viabilities of patients' cells from a folder; a sentence says where they are not there."""

from script_log import log_to

with log_to(snakemake.log[0], faults=(ValueError,)):
    from jakstat.files import write_json, write_table
    from jakstat.public_data import obtain_pace2018

    obtained = obtain_pace2018(snakemake.params.folder, snakemake.params.observable)
    print(obtained.absence or f"{len(obtained.table)} measurements from {obtained.origin}")
    write_table(obtained.table, snakemake.output.measurements)
    write_json(obtained.as_dict(), snakemake.output.obtained)
