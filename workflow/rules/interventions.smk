# Drugs, alterations and pairs on a problem without cell lines (config key interventions, or dose_response in short).


# Priority lets a fault in what is asked come before hours of sampling, which must not ask for this rule's output: another
# dose is no reason to sample again.
rule check_interventions:
    input:
        problem=rules.check_problem.output[0],
        study=STUDY,
        files=STUDY_FILES,
        tables=intervention_tables(INTERVENTION_TABLES),
    output:
        "<results>/{study}/interventions_asked.tsv",
    log:
        "<logs>/{study}/check_interventions.log",
    priority: 10
    conda:
        "../../environment.yml"
    params:
        interventions=INTERVENTIONS,
        code=code_of("check_interventions"),
    script:
        "../scripts/check_interventions.py"


rule predict_interventions:
    input:
        asked=rules.check_interventions.output[0],
        gate=rules.require_convergence.output[0],
        posterior=rules.sample_posterior.output[0],
        study=STUDY,
        files=STUDY_FILES,
        tables=intervention_tables(INTERVENTION_TABLES),
    output:
        response="<results>/{study}/interventions.nc",
        pairs="<results>/{study}/intervention_pairs.nc",
        measures="<results>/{study}/intervention_measures.tsv",
        shifts="<results>/{study}/intervention_shifts.tsv",
    log:
        "<logs>/{study}/predict_interventions.log",
    conda:
        "../../environment.yml"
    threads: workflow.cores if workflow.cores else 1
    resources:
        mem_mb=mem_by_attempt(2000),
    params:
        interventions=INTERVENTIONS,
        solver=SETTINGS["solver"],
        seed=SETTINGS["seed"],
        code=code_of("predict_interventions"),
    script:
        "../scripts/predict_interventions.py"
