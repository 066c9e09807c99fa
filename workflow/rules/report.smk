# Figures and the report: one HTML file that opens without a network. All of it is in `snakemake --report` as well.


rule fit_figure:
    input:
        posterior=rules.sample_posterior.output[0],
        time_courses=rules.predict_time_courses.output[0],
        study=STUDY,
        files=STUDY_FILES,
    output:
        report(
            "<results>/{study}/fit.svg",
            caption="../report/fit.rst",
            category="{study}",
            labels={"product": "data and fit", "form": "figure"},
        ),
    log:
        "<logs>/{study}/fit_figure.log",
    conda:
        "../../environment.yml"
    params:
        code=code_of("fit_figure"),
    script:
        "../scripts/fit_figure.py"


# Only for studies with a section on cells.
rule summarise_cell_lines:
    input:
        gate=rules.require_convergence.output[0],
        posterior=rules.sample_posterior.output[0],
        study=STUDY,
        files=STUDY_FILES,
    output:
        cell_lines="<results>/{study}/cell_lines.tsv",
        inhibitors="<results>/{study}/inhibitors.tsv",
    log:
        "<logs>/{study}/summarise_cell_lines.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=mem_by_attempt(1500),
    params:
        code=code_of("summarise_cell_lines"),
    script:
        "../scripts/summarise_cell_lines.py"


# A run that asks for no scenarios or interventions has no predictions of that kind; the rest is the same.
rule render_report:
    input:
        study=STUDY,
        files=STUDY_FILES,
        prior=rules.sample_prior_predictive.output[0],
        posterior=rules.sample_posterior.output[0],
        convergence=rules.assess_convergence.output.convergence,
        modes=rules.assess_convergence.output.modes,
        tolerance=rules.check_tolerance.output[0],
        gate=rules.require_convergence.output[0],
        coverage=rules.measure_coverage.output[0],
        loo=rules.compute_loo.output[0],
        cross_check=rules.cross_check_solver.output[0],
        time_courses=rules.predict_time_courses.output[0],
        fit=rules.fit_figure.output[0],
        interventions=(
            rules.predict_interventions.output.response if INTERVENTIONS else []
        ),
        intervention_pairs=(
            rules.predict_interventions.output.pairs if INTERVENTIONS else []
        ),
        intervention_measures=(
            rules.predict_interventions.output.measures if INTERVENTIONS else []
        ),
        intervention_shifts=(
            rules.predict_interventions.output.shifts if INTERVENTIONS else []
        ),
        responses=(
            rules.predict_responses.output.responses if asked("dose_response") else []
        ),
        responses_page=(
            rules.render_responses_page.output[0] if asked("dose_response") else []
        ),
        response_measures=(
            rules.predict_responses.output.measures if asked("dose_response") else []
        ),
        jak_dependency=rules.predict_jak_dependency.output[0] if asked("growth") else [],
        scenarios=rules.check_scenarios.output[0] if SCENARIOS else [],
        shifts=rules.predict_resistance.output.shifts if asked("resistance") else [],
        resistance_exposure=(
            rules.predict_resistance.output.exposure if asked("resistance") else []
        ),
        combinations=(
            rules.predict_combinations.output.combinations
            if asked("combinations")
            else []
        ),
        least_doses=(
            rules.predict_combinations.output.least if asked("combinations") else []
        ),
        exposure=rules.predict_exposure.output.effects if asked("exposure") else [],
        at_exposure=rules.predict_exposure.output.exposure if asked("exposure") else [],
        ranking=rules.predict_exposure.output.ranking if asked("exposure") else [],
        next_experiment=(
            rules.suggest_experiments.output[0] if asked("next_experiment") else []
        ),
        scores=rules.score_predictions.output[0] if asked("scores") else [],
        cell_lines=rules.summarise_cell_lines.output[0] if HAS_CELL_LINES else [],
        inhibitors=rules.summarise_cell_lines.output[1] if HAS_CELL_LINES else [],
    output:
        report(
            "<results>/{study}/report.html",
            caption="../report/report.rst",
            category="{study}",
            labels={"product": "report", "form": "page"},
        ),
    log:
        "<logs>/{study}/render_report.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=mem_by_attempt(1500),
    params:
        settings=SHOWN_SETTINGS,
        code=code_of("render_report"),
    script:
        "../scripts/render_report.py"
