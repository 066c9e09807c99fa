"""Write how many measurements lie in the central intervals of the prior and of the posterior predictive."""

from script_log import log_to

with log_to(snakemake.log[0]):
    import pandas as pd

    from jakstat.inference import measure_coverage
    from jakstat.storage import read_tree, write_table

    posterior = read_tree(snakemake.input.posterior)
    prior = read_tree(snakemake.input.prior)
    prior["observed_data"] = posterior["observed_data"]
    trees = {"prior_predictive": prior, "posterior_predictive": posterior}
    coverage = [measure_coverage(tree, group).assign(group=group) for group, tree in trees.items()]
    write_table(pd.concat(coverage), snakemake.output[0])
