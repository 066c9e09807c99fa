# Draws before and after the measurements. problem.json is asked for so that faulty data stop the run. Not as ancient():
# Snakemake looks at no change of a job's params when a job before it runs, and with ancient() then forgets this one.


rule sample_prior_predictive:
    input:
        problem=rules.check_problem.output[0],
        study=STUDY,
        files=STUDY_FILES,
    output:
        ensure("<results>/{study}/prior.nc", non_empty=True),
    log:
        "<logs>/{study}/sample_prior_predictive.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=mem_by_attempt(1500),
    params:
        draws=SETTINGS["prior_predictive"],
        solver=SETTINGS["solver"],
        seed=SETTINGS["seed"],
        code=code_of("sample_prior_predictive"),
    script:
        "../scripts/sample_prior_predictive.py"


# One job is all chains of the fit: threads that share the cores of config, and no more than Snakemake may use.
rule sample_posterior:
    input:
        problem=rules.check_problem.output[0],
        study=STUDY,
        files=STUDY_FILES,
        start_from=EARLIER_FIT,
    output:
        ensure("<results>/{study}/posterior.nc", non_empty=True),
    log:
        "<logs>/{study}/sample_posterior.log",
    conda:
        "../../environment.yml"
    threads: min(SETTINGS["sampling"]["cores"], SETTINGS["sampling"]["chains"])
    resources:
        mem_mb=mem_by_attempt(2500),
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        sampling=SAMPLING,
        solver=SETTINGS["solver"],
        seed=SETTINGS["seed"],
        code=code_of("sample_posterior"),
    script:
        "../scripts/sample_posterior.py"
