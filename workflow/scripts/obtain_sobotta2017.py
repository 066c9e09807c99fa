"""Take the measurements of Sobotta 2017 from a folder or download them; a sentence says where they cannot be had."""

import sys

from script_log import log_to

with log_to(snakemake.log[0], faults=(ValueError,)):
    from jakstat.files import write_json, write_table
    from jakstat.public_data import obtain_sobotta2017

    obtained = obtain_sobotta2017(snakemake.params.folder, snakemake.params.address)
    print(obtained.absence or f"{len(obtained.table)} measurements from {obtained.origin}")
    write_table(obtained.table, snakemake.output.measurements)
    write_json(obtained.as_dict(), snakemake.output.obtained)

if obtained.absence:
    print(obtained.absence, file=sys.stderr)
