"""Put the measurements of Sobotta 2017 beside the description of the study."""

from script_log import log_to

with log_to(snakemake.log[0], faults=(ValueError,)):
    from jakstat.public_data import place_sobotta2017

    place_sobotta2017(snakemake.input[0], snakemake.output[0])
