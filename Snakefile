# Snakemake looks here first; the workflow itself stands in workflow/Snakefile, where catalogues and modules look.
include: "workflow/Snakefile"


# An included file's default target does not count.
rule default:
    default_target: True
    input:
        products,
