# What follows from the posterior of a fit that passed the gate.


# Priority lets a fault in what is asked come before hours of sampling, which must not ask for this rule's output: another
# dose is no reason to sample again.
rule check_dose_response:
    input:
        problem=rules.check_problem.output[0],
        study=STUDY,
        files=STUDY_FILES,
    output:
        "<results>/{study}/dose_response.json",
    log:
        "<logs>/{study}/check_dose_response.log",
    priority: 10
    conda:
        "../../environment.yml"
    params:
        scenario=SETTINGS.get("dose_response"),
        code=code_of("check_dose_response"),
    script:
        "../scripts/check_dose_response.py"


rule predict_time_courses:
    input:
        gate=rules.require_convergence.output[0],
        posterior=rules.sample_posterior.output[0],
        study=STUDY,
        files=STUDY_FILES,
    output:
        "<results>/{study}/time_courses.nc",
    log:
        "<logs>/{study}/predict_time_courses.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=mem_by_attempt(1500),
    params:
        solver=SETTINGS["solver"],
        code=code_of("predict_time_courses"),
    script:
        "../scripts/predict_time_courses.py"


rule predict_dose_response:
    input:
        scenario=rules.check_dose_response.output[0],
        gate=rules.require_convergence.output[0],
        posterior=rules.sample_posterior.output[0],
        study=STUDY,
        files=STUDY_FILES,
    output:
        dose_response="<results>/{study}/dose_response.nc",
        ic50="<results>/{study}/ic50.tsv",
    log:
        "<logs>/{study}/predict_dose_response.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=mem_by_attempt(1500),
    params:
        solver=SETTINGS["solver"],
        seed=SETTINGS["seed"],
        code=code_of("predict_dose_response"),
    script:
        "../scripts/predict_dose_response.py"
