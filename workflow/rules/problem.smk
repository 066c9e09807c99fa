# The study, read, checked and evaluated once: whatever is wrong with it is said here, all of it, before anything is made of it.


rule check_problem:
    input:
        study=STUDY,
        files=STUDY_FILES,
    output:
        problem="<results>/{study}/problem.json",
        # Which study these results are of, so that another of its name does not take their place (common.smk).
        study_file="<results>/{study}/study_file.txt",
    log:
        "<logs>/{study}/check_problem.log",
    conda:
        "../../environment.yml"
    params:
        solver=SETTINGS["solver"],
        code=code_of("check_problem"),
    script:
        "../scripts/check_problem.py"
