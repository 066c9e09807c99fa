# What follows from the posterior of a fit that passed the gate.


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
