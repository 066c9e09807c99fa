"""Compare the fit's diagnostics with the thresholds, and look for modes; never stops the run."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_json, read_posterior, write_json, write_table
    from jakstat.inference import ConvergenceThresholds, assess_convergence, find_modes

    tree = read_posterior(snakemake.input.posterior)
    thresholds = ConvergenceThresholds(**snakemake.params.thresholds)
    convergence = assess_convergence(tree, thresholds, read_json(snakemake.input.tolerance))
    write_json(convergence.as_dict(), snakemake.output.convergence)
    write_table(find_modes(tree), snakemake.output.modes)
