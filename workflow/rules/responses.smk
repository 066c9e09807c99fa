# What is predicted from the fit of a study with cell lines: config/scenarios.yaml. A study without them has no scenarios.


# Before hours of sampling, as check_interventions.
rule check_scenarios:
    input:
        problem=rules.check_problem.output[0],
        study=STUDY,
        files=STUDY_FILES,
    output:
        "<results>/{study}/scenarios.tsv",
    log:
        "<logs>/{study}/check_scenarios.log",
    priority: 10
    conda:
        "../../environment.yml"
    params:
        scenarios=SCENARIOS,
        code=code_of("check_scenarios"),
    script:
        "../scripts/check_scenarios.py"


rule predict_responses:
    input:
        scenarios=rules.check_scenarios.output[0],
        gate=rules.require_convergence.output[0],
        posterior=rules.sample_posterior.output[0],
        study=STUDY,
        files=STUDY_FILES,
    output:
        responses="<results>/{study}/responses.nc",
        measures="<results>/{study}/response_measures.tsv",
    log:
        "<logs>/{study}/predict_responses.log",
    conda:
        "../../environment.yml"
    threads: workflow.cores if workflow.cores else 1
    resources:
        mem_mb=mem_by_attempt(2000),
    params:
        scenarios=SCENARIOS,
        solver=SETTINGS["solver"],
        seed=SETTINGS["seed"],
        code=code_of("predict_responses"),
    script:
        "../scripts/predict_responses.py"


# The curves to look into: one HTML file that opens without a network.
rule render_responses_page:
    input:
        responses=rules.predict_responses.output.responses,
        study=STUDY,
        files=STUDY_FILES,
    output:
        report(
            "<results>/{study}/responses.html",
            caption="../report/responses.rst",
            category="{study}",
            labels={"product": "dose response", "form": "interactive page"},
        ),
    log:
        "<logs>/{study}/render_responses_page.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=mem_by_attempt(1500),
    params:
        code=code_of("render_responses_page"),
    script:
        "../scripts/render_responses_page.py"


rule predict_jak_dependency:
    input:
        scenarios=rules.check_scenarios.output[0],
        gate=rules.require_convergence.output[0],
        posterior=rules.sample_posterior.output[0],
        study=STUDY,
        files=STUDY_FILES,
    output:
        "<results>/{study}/jak_dependency.tsv",
    log:
        "<logs>/{study}/predict_jak_dependency.log",
    conda:
        "../../environment.yml"
    threads: workflow.cores if workflow.cores else 1
    resources:
        mem_mb=mem_by_attempt(2000),
    params:
        scenarios=SCENARIOS,
        solver=SETTINGS["solver"],
        seed=SETTINGS["seed"],
        code=code_of("predict_jak_dependency"),
    script:
        "../scripts/predict_jak_dependency.py"


rule predict_exposure:
    input:
        gate=rules.require_convergence.output[0],
        responses=rules.predict_responses.output.responses,
        study=STUDY,
        files=STUDY_FILES,
    output:
        effects="<results>/{study}/exposure.tsv",
        ranking="<results>/{study}/ranking.tsv",
        exposure="<results>/{study}/exposure.nc",
    log:
        "<logs>/{study}/predict_exposure.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=mem_by_attempt(2000),
    params:
        scenarios=SCENARIOS,
        seed=SETTINGS["seed"],
        code=code_of("predict_exposure"),
    script:
        "../scripts/predict_exposure.py"
