# Measurements that are public and may not be shipped: from a folder, else downloaded, and only the known files.


# On this machine: compute nodes of a cluster often see no network. Where nothing can be had the table has no rows, and
# obtained.json and the terminal say why; the job has not failed, and a run of the study ends there (products).
# Once there is a network: --forcerun obtain_sobotta2017.
checkpoint obtain_sobotta2017:
    input:
        in_public_folder("sobotta2017_il6_jak1_stat3_ruxolitinib.csv"),
    output:
        measurements="<resources>/sobotta2017/measurements.tsv",
        obtained="<resources>/sobotta2017/obtained.json",
    log:
        "<logs>/sobotta2017/obtain_sobotta2017.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        folder=public_folder(),
        address=public_address("sobotta2017"),
        code=code_of("obtain_sobotta2017"),
    script:
        "../scripts/obtain_sobotta2017.py"


# Beside study.yaml, where Python finds them too. Where a table is there already, this rule is none.
if TO_OBTAIN:

    rule place_sobotta2017:
        input:
            "<resources>/sobotta2017/measurements.tsv",
        output:
            TO_OBTAIN,
        log:
            "<logs>/sobotta2017/place_sobotta2017.log",
        localrule: True
        conda:
            "../../environment.yml"
        params:
            code=code_of("place_sobotta2017"),
        script:
            "../scripts/place_sobotta2017.py"


# Measurements of patients' cells that predictions are scored on (scenarios, scores.public). Where they are not there the table
# has no rows, and the record and the report say why.
rule obtain_pace2018:
    input:
        in_public_folder("pace2018_primary_leukaemia_jaki_viability_raw.csv"),
    output:
        measurements="<resources>/pace2018/viability.tsv",
        obtained="<resources>/pace2018/obtained.json",
    log:
        "<logs>/pace2018/obtain_pace2018.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        folder=public_folder(),
        observable=growth_observable(SCENARIOS),
        code=code_of("obtain_pace2018"),
    script:
        "../scripts/obtain_pace2018.py"
