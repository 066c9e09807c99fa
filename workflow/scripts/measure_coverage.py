"""Write how many measurements lie in the central intervals of the prior and of the posterior predictive."""

from script_log import log_to

with log_to(snakemake.log[0]):
    import pandas as pd

    from jakstat.files import read_posterior, read_tree, write_table
    from jakstat.inference import measure_coverage

    trees = {
        "prior_predictive": read_tree(snakemake.input.prior),
        "posterior_predictive": read_posterior(snakemake.input.posterior),
    }
    coverage = [measure_coverage(tree, group).assign(group=group) for group, tree in trees.items()]
    write_table(pd.concat(coverage), snakemake.output[0])
