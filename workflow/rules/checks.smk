# Is the fit one that may be used, and does the model describe the data?


rule check_tolerance:
    input:
        posterior=rules.sample_posterior.output[0],
        study=STUDY,
        files=STUDY_FILES,
    output:
        "<results>/{study}/tolerance.json",
    log:
        "<logs>/{study}/check_tolerance.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=mem_by_attempt(1500),
    params:
        tolerance=SETTINGS["tolerance_check"],
        solver=SETTINGS["solver"],
        seed=SETTINGS["seed"],
        code=code_of("check_tolerance"),
    script:
        "../scripts/check_tolerance.py"


rule assess_convergence:
    input:
        posterior=rules.sample_posterior.output[0],
        tolerance=rules.check_tolerance.output[0],
    output:
        convergence="<results>/{study}/convergence.json",
        modes="<results>/{study}/modes.tsv",
    log:
        "<logs>/{study}/assess_convergence.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=mem_by_attempt(1500),
    params:
        thresholds=THRESHOLDS,
        code=code_of("assess_convergence"),
    script:
        "../scripts/assess_convergence.py"


rule render_convergence_page:
    input:
        convergence=rules.assess_convergence.output.convergence,
        modes=rules.assess_convergence.output.modes,
        tolerance=rules.check_tolerance.output[0],
    output:
        report(
            "<results>/{study}/convergence.html",
            caption="../report/convergence.rst",
            category="{study}",
            labels={"product": "convergence", "form": "page"},
        ),
    log:
        "<logs>/{study}/render_convergence_page.log",
    conda:
        "../../environment.yml"
    params:
        code=code_of("render_convergence_page"),
    script:
        "../scripts/render_convergence_page.py"


# The gate. It fails where the fit did; what is predicted from a fit asks for its output.
rule require_convergence:
    input:
        convergence=rules.assess_convergence.output.convergence,
        page=rules.render_convergence_page.output[0],
    output:
        "<results>/{study}/gate.json",
    log:
        "<logs>/{study}/require_convergence.log",
    conda:
        "../../environment.yml"
    params:
        override=SETTINGS["gates"]["override"],
        code=code_of("require_convergence"),
    script:
        "../scripts/require_convergence.py"


rule measure_coverage:
    input:
        prior=rules.sample_prior_predictive.output[0],
        posterior=rules.sample_posterior.output[0],
    output:
        "<results>/{study}/coverage.tsv",
    log:
        "<logs>/{study}/measure_coverage.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=mem_by_attempt(1500),
    params:
        code=code_of("measure_coverage"),
    script:
        "../scripts/measure_coverage.py"


rule compute_loo:
    input:
        rules.sample_posterior.output[0],
    output:
        "<results>/{study}/loo.nc",
    log:
        "<logs>/{study}/compute_loo.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=mem_by_attempt(1500),
    params:
        code=code_of("compute_loo"),
    script:
        "../scripts/compute_loo.py"


# Made where sunode is installed; elsewhere its output says that it was not.
rule cross_check_solver:
    input:
        posterior=rules.sample_posterior.output[0],
        study=STUDY,
        files=STUDY_FILES,
    output:
        "<results>/{study}/cross_check.json",
    log:
        "<logs>/{study}/cross_check_solver.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=mem_by_attempt(1500),
    params:
        solver=SETTINGS["solver"],
        seed=SETTINGS["seed"],
        installed=SUNODE_IS_INSTALLED,
        code=code_of("cross_check_solver"),
    script:
        "../scripts/cross_check_solver.py"
