# How good predictions are, on measurements that the fit has not seen; fits without a group where weights do not reach.

REFITS = groups_to_refit(SCENARIOS)


rule refit_without_group:
    input:
        scenarios=rules.check_scenarios.output[0],
        study=STUDY,
        files=STUDY_FILES,
    output:
        ensure("<results>/{study}/refits/{by}/{name}.nc", non_empty=True),
    log:
        "<logs>/{study}/refit_without_group/{by}/{name}.log",
    conda:
        "../../environment.yml"
    threads: min(SETTINGS["sampling"]["cores"], SETTINGS["sampling"]["chains"])
    resources:
        mem_mb=mem_by_attempt(2500),
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        group=lambda wildcards: REFITS[wildcards.by, wildcards.name],
        observable=growth_observable(SCENARIOS),
        sampling=SAMPLING,
        solver=SETTINGS["solver"],
        seed=SETTINGS["seed"],
        code=code_of("refit_without_group"),
    script:
        "../scripts/refit_without_group.py"


rule score_predictions:
    input:
        scenarios=rules.check_scenarios.output[0],
        gate=rules.require_convergence.output[0],
        posterior=rules.sample_posterior.output[0],
        study=STUDY,
        files=STUDY_FILES,
        # Only where it is asked for: a study that is left out needs no tables.
        held_out=lambda wildcards: held_out_tables(STUDY, SCENARIOS),
        public=public_tables(SCENARIOS, "viability.tsv"),
        obtained=public_tables(SCENARIOS, "obtained.json"),
        refits=[f"<results>/{STUDY_ID}/refits/{by}/{name}.nc" for by, name in REFITS],
    output:
        "<results>/{study}/scores.tsv",
    log:
        "<logs>/{study}/score_predictions.log",
    conda:
        "../../environment.yml"
    threads: workflow.cores if workflow.cores else 1
    resources:
        mem_mb=mem_by_attempt(2000),
    params:
        scenarios=SCENARIOS,
        solver=SETTINGS["solver"],
        seed=SETTINGS["seed"],
        code=code_of("score_predictions"),
    script:
        "../scripts/score_predictions.py"
