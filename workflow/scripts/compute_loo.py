"""Estimate how well left-out measurements are predicted (PSIS-LOO)."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_posterior, write_dataset
    from jakstat.inference import compute_loo

    write_dataset(compute_loo(read_posterior(snakemake.input[0])), snakemake.output[0])
