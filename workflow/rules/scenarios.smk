# What else is predicted from the fit of a study with cell lines (config/scenarios.yaml), and how good predictions are.


rule predict_resistance:
    input:
        scenarios=rules.check_scenarios.output[0],
        gate=rules.require_convergence.output[0],
        posterior=rules.sample_posterior.output[0],
        study=STUDY,
        files=STUDY_FILES,
        measured=measured_resistance_of(STUDY),
    output:
        resistance="<results>/{study}/resistance.nc",
        shifts="<results>/{study}/resistance.tsv",
        exposure="<results>/{study}/resistance_exposure.tsv",
    log:
        "<logs>/{study}/predict_resistance.log",
    conda:
        "../../environment.yml"
    threads: workflow.cores if workflow.cores else 1
    resources:
        mem_mb=mem_by_attempt(2000),
    params:
        scenarios=SCENARIOS,
        solver=SETTINGS["solver"],
        seed=SETTINGS["seed"],
        code=code_of("predict_resistance"),
    script:
        "../scripts/predict_resistance.py"


rule predict_combinations:
    input:
        scenarios=rules.check_scenarios.output[0],
        gate=rules.require_convergence.output[0],
        posterior=rules.sample_posterior.output[0],
        study=STUDY,
        files=STUDY_FILES,
    output:
        combinations="<results>/{study}/combinations.nc",
        excess="<results>/{study}/combinations.tsv",
        least="<results>/{study}/least_doses.tsv",
    log:
        "<logs>/{study}/predict_combinations.log",
    conda:
        "../../environment.yml"
    threads: workflow.cores if workflow.cores else 1
    resources:
        mem_mb=mem_by_attempt(2000),
    params:
        scenarios=SCENARIOS,
        solver=SETTINGS["solver"],
        seed=SETTINGS["seed"],
        code=code_of("predict_combinations"),
    script:
        "../scripts/predict_combinations.py"


rule suggest_experiments:
    input:
        scenarios=rules.check_scenarios.output[0],
        gate=rules.require_convergence.output[0],
        posterior=rules.sample_posterior.output[0],
        study=STUDY,
        files=STUDY_FILES,
    output:
        "<results>/{study}/next_experiment.tsv",
    log:
        "<logs>/{study}/suggest_experiments.log",
    conda:
        "../../environment.yml"
    threads: workflow.cores if workflow.cores else 1
    resources:
        mem_mb=mem_by_attempt(2000),
    params:
        scenarios=SCENARIOS,
        solver=SETTINGS["solver"],
        seed=SETTINGS["seed"],
        code=code_of("suggest_experiments"),
    script:
        "../scripts/suggest_experiments.py"
