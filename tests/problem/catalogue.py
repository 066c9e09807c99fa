# ruff: noqa: E501 - tables are written as they are
"""Broken inputs, each a change of a small valid one, with the place and words of the one fault that it must end in.

``kind: (file, what stands there, what a user writes instead, (file, line, column, words of found, words of needed))``.
"""

from tests.problem.conftest import MEASUREMENTS

STUDY = {
    "unknown observable": (
        "measurements.tsv",
        "STAT_total\t4",
        "STAT_sum\t4",
        ("measurements.tsv", 5, "observable", "STAT_sum", "STAT_total"),
    ),
    "missing column": (
        "measurements.tsv",
        "\tvalue\t",
        "\tsignal\t",
        ("measurements.tsv", 1, "value", "signal", "value"),
    ),
    "time in another unit": (
        "measurements.tsv",
        "time_min",
        "time_s",
        ("measurements.tsv", 1, "time_s", "time_s", "time_min"),
    ),
    "dose in another unit": (
        "measurements.tsv",
        "il13_ng_per_ml",
        "il13_nM",
        ("measurements.tsv", 1, "il13_nM", "il13_nM", "il13_ng_per_ml"),
    ),
    "undescribed column": (
        "measurements.tsv",
        "comment",
        "inhibitor_nM",
        ("measurements.tsv", 1, "inhibitor_nM", "not describe", "ignored_columns"),
    ),
    "negative concentration": (
        "measurements.tsv",
        "4\t5\t3\t1",
        "-4\t5\t3\t1",
        ("measurements.tsv", 3, "il13_ng_per_ml", "-4", "0 or more"),
    ),
    "negative time": ("measurements.tsv", "4\t10", "4\t-10", ("measurements.tsv", 5, "time_min", "-10", "0 or more")),
    "non-numeric value": (
        "measurements.tsv",
        "5\t3\t1",
        "5\tn.d.\t1",
        ("measurements.tsv", 3, "value", "n.d.", "a number"),
    ),
    "decimal comma": ("measurements.tsv", "9.5", "9,5", ("measurements.tsv", 5, "value", "9,5", "decimal point")),
    "empty cell": (
        "measurements.tsv",
        "4\t10\t9.5",
        "4\t\t9.5",
        ("measurements.tsv", 5, "time_min", "nothing", "number"),
    ),
    "duplicate rows": ("measurements.tsv", "4\t5\t3\t2", "4.0\t5\t7\t1", ("measurements.tsv", 4, "", "line 3", "once")),
    "non-positive value under log-normal noise": (
        "measurements.tsv",
        "9.5",
        "0",
        ("measurements.tsv", 5, "value", "0", "positive"),
    ),
    "condition that names nothing in the model": (
        "study.yaml",
        "sets: il13",
        "sets: il31",
        ("study.yaml", 9, "conditions.il13_ng_per_ml.sets", "il31", "il13"),
    ),
    "dose in another unit than the model": (
        "decay.ant",
        "il13 has ng_per_ml;",
        "unit nM = 1e-9 mole/litre; il13 has nM;",
        ("study.yaml", 9, "conditions.il13_ng_per_ml", "il13_ng_per_ml", "_nM"),
    ),
    "time in another unit than the model": (
        "decay.ant",
        "unit time_unit = 60 second",
        "unit time_unit = 3600 second",
        ("study.yaml", 7, "time.unit", "min", "h"),
    ),
    "column name without its unit": (
        "study.yaml",
        "column: time_min",
        "column: time",
        ("study.yaml", 7, "time.column", "time", "_min"),
    ),
    "unknown key": (
        "study.yaml",
        "noise: sd_total",
        "noise: sd_total\n    transformation: log",
        ("study.yaml", 19, "observables.STAT_total.transformation", "unknown", "distribution"),
    ),
    "missing key": (
        "study.yaml",
        "citation: Nobody 2020\n",
        "",
        ("study.yaml", None, "citation", "nothing", "citation"),
    ),
    "a key twice": (
        "study.yaml",
        "title: A small study",
        "title: A small study\nid: other",
        ("study.yaml", 3, "id", "line 1", "once"),
    ),
    "unknown name in a formula": (
        "study.yaml",
        "formula: scale * pSTAT",
        "formula: scale * pStat",
        ("study.yaml", 13, "observables.pSTAT_signal.formula", "pStat", "pSTAT"),
    ),
    "formula that does not parse": (
        "study.yaml",
        "formula: scale * pSTAT",
        "formula: scale * (pSTAT",
        ("study.yaml", 13, "observables.pSTAT_signal.formula", "no formula", "formula"),
    ),
    "unknown noise distribution": (
        "study.yaml",
        "distribution: log-normal",
        "distribution: gaussian",
        ("study.yaml", 19, "observables.STAT_total.distribution", "gaussian", "log-normal"),
    ),
    "missing measurement file": (
        "study.yaml",
        "measurements: measurements.tsv",
        "measurements: absent.tsv",
        ("absent.tsv", None, "", "No such file", "table"),
    ),
    "missing model file": (
        "study.yaml",
        "model: decay.ant",
        "model: absent.ant",
        ("absent.ant", None, "", "No such file", "model"),
    ),
    "Antimony that does not parse": (
        "decay.ant",
        "k_on * il13 * STAT;",
        "k_on * (il13 * STAT;",
        ("decay.ant", 11, "", "invalid Antimony", "Antimony"),
    ),
    "comma instead of tab": (
        "parameters.tsv",
        "id\tunit\tnominal\testimate\tprior\tprior_parameters\tlower\tupper\tsource\tstatus",
        "id,unit,nominal,estimate",
        ("parameters.tsv", 1, "", "id,unit", "tab"),
    ),
    "estimated parameter without prior": (
        "parameters.tsv",
        "true\tlog-normal\tmedian=0.1; sd_ln=1\t",
        "true\t\t\t",
        ("parameters.tsv", 2, "prior", "nothing", "log-normal"),
    ),
    "prior without a source": (
        "parameters.tsv",
        "0.001\t10\tassumed",
        "0.001\t10\t",
        ("parameters.tsv", 3, "source", "nothing", "assumed"),
    ),
    "parameter without a status": (
        "parameters.tsv",
        "0.001\t10\tassumed\tassumed",
        "0.001\t10\tassumed\t",
        ("parameters.tsv", 3, "status", "nothing", "one of assumed, memory, read"),
    ),
    "parameter that was read, but nowhere": (
        "parameters.tsv",
        "0.001\t10\tassumed\tassumed",
        "0.001\t10\tSmith 2020\tread",
        ("parameters.tsv", 3, "place", "the status read", "table, figure, section, page"),
    ),
    "wrong prior parameters": (
        "parameters.tsv",
        "median=0.1; sd_ln=1\t",
        "mean=0.1; sd=1\t",
        ("parameters.tsv", 2, "prior_parameters", "mean=0.1", "median=<number>; sd_ln=<number>"),
    ),
    "negative standard deviation": (
        "parameters.tsv",
        "sd_ln=0.5",
        "sd_ln=-0.5",
        ("parameters.tsv", 5, "prior_parameters", "sd_ln=-0.5", "positive sd_ln"),
    ),
    "unknown prior": ("parameters.tsv", "uniform", "flat", ("parameters.tsv", 4, "prior", "flat", "uniform")),
    "nominal value outside the prior": (
        "parameters.tsv",
        "k_off\t1/min\t0.2",
        "k_off\t1/min\t20",
        ("parameters.tsv", 3, "nominal", "20", "0.001 to 10"),
    ),
    "bounds in the wrong order": (
        "parameters.tsv",
        "0.001\t10",
        "10\t0.001",
        ("parameters.tsv", 3, "upper", "0.001", "above lower"),
    ),
    "fixed parameter without a value": (
        "parameters.tsv",
        "sd_total\t1\t0.2",
        "sd_total\t1\t",
        ("parameters.tsv", 6, "nominal", "nothing", "number"),
    ),
    "parameter of the model misspelt": (
        "parameters.tsv",
        "k_off\t1/min",
        "k_of\t1/min",
        ("parameters.tsv", None, "id", "k_of", "k_off"),
    ),
    "parameter twice": (
        "parameters.tsv",
        "sd_total",
        "sd_rel\t1\t0.1\tfalse\t\t\t\t\t\tassumed\nsd_total",
        ("parameters.tsv", 6, "id", "line 5", "once"),
    ),
    "parameter that a condition sets": (
        "parameters.tsv",
        "sd_total\t1\t0.2\tfalse\t\t\t\t\t\tassumed\n",
        "sd_total\t1\t0.2\tfalse\t\t\t\t\t\tassumed\nil13\t1\t1\tfalse\t\t\t\t\t\tassumed\n",
        ("parameters.tsv", None, "id", "il13", "one of the two"),
    ),
    "model parameter without a value": (
        "decay.ant",
        "k_off * pSTAT",
        "k_out * pSTAT",
        ("parameters.tsv", None, "k_out", "no value", "row"),
    ),
}
PETAB = {
    "unknown observable": (
        "measurements.tsv",
        "A_log\tsecond",
        "A_lag\tsecond",
        ("measurements.tsv", 4, "observableId", "A_lag", "A_log"),
    ),
    "missing column": (
        "measurements.tsv",
        "\tmeasurement\t",
        "\tvalue\t",
        ("measurements.tsv", 1, "measurement", "value", "measurement"),
    ),
    "non-numeric value": (
        "measurements.tsv",
        "5\t2.5",
        "5\tNaN",
        ("measurements.tsv", 4, "measurement", "NaN", "number"),
    ),
    "non-numeric time": (
        "measurements.tsv",
        "second\t5\t2.5",
        "second\t5 min\t2.5",
        ("measurements.tsv", 4, "time", "5 min", "number"),
    ),
    "non-positive value under log-normal noise": (
        "measurements.tsv",
        "2.5",
        "-2.5",
        ("measurements.tsv", 4, "measurement", "-2.5", "positive"),
    ),
    "unknown experiment": (
        "measurements.tsv",
        "A_log\tsecond",
        "A_log\tthird",
        ("measurements.tsv", 4, "experimentId", "third", "first, second"),
    ),
    "measurement before its experiment": (
        "experiments.tsv",
        "second\t0",
        "second\t6",
        ("measurements.tsv", 3, "time", "5", "start of the experiment, 6"),
    ),
    "too few overrides": (
        "measurements.tsv",
        "background\tsd",
        "\tsd",
        ("measurements.tsv", 2, "observableParameters", "0 value", "1 value(s)"),
    ),
    "unknown parameter in an override": (
        "measurements.tsv",
        "background\tsd",
        "background\tsdd",
        ("measurements.tsv", 2, "noiseParameters", "sdd", "sd"),
    ),
    "unknown parameter in a formula": (
        "observables.tsv",
        "scale * A +",
        "scael * A +",
        ("observables.tsv", 2, "observableFormula", "scael", "scale"),
    ),
    "formula that does not parse": (
        "observables.tsv",
        "scale * A +",
        "scale * * A +",
        ("observables.tsv", 2, "observableFormula", "no formula", "formula"),
    ),
    "unknown noise distribution": (
        "observables.tsv",
        "0.2\tlog-normal",
        "0.2\tlognormal",
        ("observables.tsv", 3, "noiseDistribution", "lognormal", "log-normal"),
    ),
    "condition that names nothing in the model": (
        "conditions.tsv",
        "low\tdose",
        "low\tdoes",
        ("conditions.tsv", 2, "targetId", "does", "dose"),
    ),
    "unknown condition": (
        "experiments.tsv",
        "0\tlow",
        "0\tlaw",
        ("experiments.tsv", 2, "conditionId", "law", "high, low"),
    ),
    "estimated parameter without bounds": (
        "parameters.tsv",
        "sd\t0.01\t1",
        "sd\t0.01\t",
        ("parameters.tsv", 4, "upperBound", "nothing", "both bounds"),
    ),
    "estimated parameter without prior or finite bounds": (
        "parameters.tsv",
        "sd\t0.01\t1",
        "sd\t0.01\tinf",
        ("parameters.tsv", 4, "lowerBound", "inf", "or a prior"),
    ),
    "fixed parameter without a value": (
        "parameters.tsv",
        "1\t0\tfalse",
        "1\t\tfalse",
        ("parameters.tsv", 5, "nominalValue", "nothing", "number"),
    ),
    "wrong number of prior parameters": (
        "parameters.tsv",
        "-2;1",
        "-2",
        ("parameters.tsv", 2, "priorParameters", "-2", "2 number(s)"),
    ),
    "negative prior standard deviation": (
        "parameters.tsv",
        "-2;1",
        "-2;-1",
        ("parameters.tsv", 2, "priorParameters", "-2;-1", "positive sd_ln"),
    ),
    "unknown prior": (
        "parameters.tsv",
        "log-normal",
        "lognormal",
        ("parameters.tsv", 2, "priorDistribution", "lognormal", "log-normal"),
    ),
    "estimate that is neither true nor false": (
        "parameters.tsv",
        "0.1\ttrue\tlog",
        "0.1\tyes\tlog",
        ("parameters.tsv", 2, "estimate", "yes", "true or false"),
    ),
    "parameter that nothing uses": (
        "parameters.tsv",
        "background\t0\t1\t0\tfalse\t\t\n",
        "background\t0\t1\t0\tfalse\t\t\nspare\t0\t1\t0\tfalse\t\t\n",
        ("parameters.tsv", 6, "parameterId", "spare", "used"),
    ),
    "model parameter without a value": (
        "model.xml",
        '<parameter id="dose"',
        '<parameter id="rate" constant="true"/><parameter id="dose"',
        ("model.xml", None, "rate", "no value", "value"),
    ),
    "missing measurement file": (
        "problem.yaml",
        "[measurements.tsv]",
        "[absent.tsv]",
        ("absent.tsv", None, "", "No such file", "table"),
    ),
    "no measurement file": (
        "problem.yaml",
        "measurement_files: [measurements.tsv]\n",
        "",
        ("problem.yaml", None, "measurement_files", "nothing", "measurement table"),
    ),
    "model that is not SBML": ("model.xml", "</sbml>", "", ("model.xml", 22, "", "XML", "valid SBML")),
    "unknown version": ("problem.yaml", "2.0.0", "3.0.0", ("problem.yaml", None, "format_version", "3.0.0", "2.0.0")),
    "invalid YAML": (
        "problem.yaml",
        "format_version: 2.0.0",
        "format_version: [2.0.0",
        ("problem.yaml", 2, "", "invalid YAML", "PEtab problem"),
    ),
}

# What a value, a dose or a time is written as, and what is said of it.
NUMBERS = {
    "1_000": "separators of thousands",
    "1 000": "separators of thousands",
    "1,234.5": "separators of thousands",
    "1,2E-3": "decimal point",
    "<0.2": "censored",
    ">10": "censored",
    "81%": "divide by 100",
    "\u22125": "minus of the keyboard",
    "\u20135": "minus of the keyboard",
    "#DIV/0!": "leave the row out",
    "#N/A": "leave the row out",
    "NaN": "leave the row out",
    "NA": "leave the row out",
    "3 \u00b1 1": "column of its own",
    "3 a.u.": "without its unit",
    "1e999": "smaller than 1e308",
    "\u0663": "digits 0 to 9",
    "1.5x10^3": "1.5e-3",
    "5-Mar": "date",
    "0x10": "a number",
    "three": "a number",
    "inf": "a number",
}
STUDY |= {
    f"{text} as a value": (
        "measurements.tsv",
        "5\t3\t1",
        f"5\t{text}\t1",
        ("measurements.tsv", 3, "value", text if text.isascii() else "", needed),
    )
    for text, needed in NUMBERS.items()
}
STUDY |= {
    f"{text} as a time": ("measurements.tsv", "4\t10", f"4\t{text}", ("measurements.tsv", 5, "time_min", "", needed))
    for text, needed in list(NUMBERS.items())[:8]
}
PETAB |= {
    f"{text} as a measurement": (
        "measurements.tsv",
        "5\t2.5",
        f"5\t{text}",
        ("measurements.tsv", 4, "measurement", "", needed),
    )
    for text, needed in list(NUMBERS.items())[:12]
}
PETAB |= {
    f"{text} as a bound": (
        "parameters.tsv",
        "sd\t0.01\t1",
        f"sd\t{text}\t1",
        ("parameters.tsv", 4, "lowerBound", "", needed),
    )
    for text, needed in {
        "0,01": "decimal point",
        "1_0": "separators",
        "1%": "divide by 100",
        "1e999": "1e308",
        "nan": "leave",
    }.items()
}
STUDY |= {
    "quoted cell over two lines": (
        "measurements.tsv",
        "again",
        '"once\nmore"',
        ("measurements.tsv", 4, "comment", "goes on to line 5", "no line breaks"),
    ),
    "row longer than the header": (
        "measurements.tsv",
        "again",
        "again\tand again",
        ("measurements.tsv", 4, "", "7 cells", "6 cells"),
    ),
    "title above the header": (
        "measurements.tsv",
        "observable\til13",
        "Reader, export 3\n\nobservable\til13",
        ("measurements.tsv", 1, "", "title", "line 3"),
    ),
    "column twice": ("measurements.tsv", "comment", "value", ("measurements.tsv", 1, "value", "twice", "once")),
    "misspelt unit of a dose": (
        "measurements.tsv",
        "il13_ng_per_ml",
        "il13_ng_ml",
        ("measurements.tsv", 1, "il13_ng_per_ml", "il13_ng_ml", "il13_ng_per_ml"),
    ),
    "observable in another case": (
        "measurements.tsv",
        "STAT_total\t4",
        "stat_total\t4",
        ("measurements.tsv", 5, "observable", "stat_total", "did you mean STAT_total"),
    ),
    "unknown kind of bound": (
        "measurements.tsv",
        "replicate\tcomment",
        "replicate\tcensored",
        ("measurements.tsv", 4, "censored", "again", "below"),
    ),
    "date that is none": (
        "study.yaml",
        "A small study",
        "2020-13-45",
        ("study.yaml", 2, "title", "2020-13-45", "quotes"),
    ),
    "alias in itself": (
        "study.yaml",
        "ignored_columns: [comment]",
        "ignored_columns: &a [*a]",
        ("study.yaml", 20, "", "*a", ""),
    ),
    "two documents": (
        "study.yaml",
        "ignored_columns: [comment]",
        "---\nid: b",
        ("study.yaml", 20, "", "second document", ""),
    ),
    "tab in YAML": ("study.yaml", "    unit: a.u.", "\tunit: a.u.", ("study.yaml", 12, "", "tab", "")),
    "formula that divides by 0": (
        "study.yaml",
        "formula: scale * pSTAT",
        "formula: scale * pSTAT / 0",
        ("study.yaml", 13, "observables.pSTAT_signal.formula", "/ 0", ""),
    ),
    "noise 0": (
        "study.yaml",
        "noise: sd_total",
        "noise: 0",
        ("study.yaml", 18, "observables.STAT_total.noise", "0", ""),
    ),
    "negative noise": (
        "study.yaml",
        "noise: sd_total",
        "noise: -0.1",
        ("study.yaml", 18, "observables.STAT_total.noise", "-0.1", ""),
    ),
    "rate that divides by 0": ("decay.ant", "k_off * pSTAT;", "k_off * pSTAT / 0;", ("decay.ant", None, "", "", "")),
    "import of a file that is absent": (
        "decay.ant",
        "model decay()",
        'import "absent.ant"\nmodel decay()',
        ("decay.ant", 1, "", "absent.ant", ""),
    ),
    "import from outside": (
        "decay.ant",
        "model decay()",
        'import "../../other.ant"\nmodel decay()',
        ("decay.ant", 1, "", "other.ant", ""),
    ),
    "prior sd beyond all measure": (
        "parameters.tsv",
        "median=0.1; sd_ln=1",
        "median=0.1; sd_ln=1e300",
        ("parameters.tsv", 2, "prior_parameters", "1e300", ""),
    ),
    "bounds without the prior's mass": ("parameters.tsv", "0.001\t10", "1e20\t1e21", ("parameters.tsv", 3, "", "", "")),
    "prior parameter that is NaN": (
        "parameters.tsv",
        "sd_ln=0.5",
        "sd_ln=nan",
        ("parameters.tsv", 5, "prior_parameters", "nan", "sd_ln=<number>"),
    ),
    "id with a hyphen": (
        "parameters.tsv",
        "sd_total\t1",
        "k-on\t1\t1\tfalse\t\t\t\t\t\tassumed\nsd_total\t1",
        ("parameters.tsv", 6, "id", "k-on", "letters, digits"),
    ),
    "empty table of measurements": ("measurements.tsv", "\n".join(["x"]), "x", ("", 0, "", "", "")),
}
del STUDY["empty table of measurements"]
PETAB |= {
    "no rows of two notes": (
        "measurements.tsv",
        "A_log\t\t5\t0.5",
        "A_log\tthree\t5\t0.5",
        ("measurements.tsv", 5, "experimentId", "three", "first, second"),
    ),
    "nominal value far outside": (
        "parameters.tsv",
        "0.01\t10\t0.1",
        "0.01\t10\t100",
        ("parameters.tsv", 2, "nominalValue", "100", "0.01 to 10"),
    ),
    "bounds in the wrong order": (
        "parameters.tsv",
        "sd\t0.01\t1\t0.1",
        "sd\t1\t0.01\t0.1",
        ("parameters.tsv", 4, "upperBound", "0.01", "above"),
    ),
    "noise 0": ("observables.tsv", "\t0.2\t", "\t0\t", ("observables.tsv", 3, "noiseFormula", "0", "")),
    "observable called inf": (
        "observables.tsv",
        "A_log\tA",
        "inf\tA\t0.2\tnormal\nA_log\tA",
        ("observables.tsv", 3, "observableId", "inf", ""),
    ),
    "formula that divides by 0": (
        "observables.tsv",
        "A_log\tA\t",
        "A_log\tA / 0\t",
        ("observables.tsv", 3, "observableFormula", "/ 0", ""),
    ),
    "thousands of terms": (
        "observables.tsv",
        "A_log\tA\t",
        "A_log\t" + " + ".join(["A"] * 30_000) + "\t",
        ("observables.tsv", 3, "observableFormula", "", ""),
    ),
    "parentheses 200 deep": (
        "observables.tsv",
        "A_log\tA\t",
        "A_log\t" + "(" * 200 + "A" + ")" * 200 + "\t",
        ("observables.tsv", 3, "observableFormula", "", ""),
    ),
    "infinite measurement": (
        "measurements.tsv",
        "5\t2.5",
        "5\tinf",
        ("measurements.tsv", 4, "measurement", "inf", "number"),
    ),
    "parameter twice": (
        "parameters.tsv",
        "sd\t0.01",
        "scale\t0\t5\t1\ttrue\t\t\nsd\t0.01",
        ("parameters.tsv", 4, "parameterId", "line 3", "once"),
    ),
    "observable twice": (
        "observables.tsv",
        "A_log\tA\t0.2",
        "A_log\tA\t0.2\tlog-normal\nA_log\tA\t0.2",
        ("observables.tsv", 4, "observableId", "line 3", "once"),
    ),
    "semicolons": (
        "conditions.tsv",
        "conditionId\ttargetId\ttargetValue",
        "conditionId;targetId;targetValue",
        ("conditions.tsv", 1, "", "semicolons", "tab"),
    ),
    "key twice": (
        "problem.yaml",
        "format_version: 2.0.0",
        "format_version: 2.0.0\nformat_version: 2.0.0",
        ("problem.yaml", 2, "format_version", "again", ""),
    ),
    "folder for a table": ("problem.yaml", "[measurements.tsv]", "[.]", ("", None, "", "a folder", "")),
    "NUL in a path": ("problem.yaml", "[measurements.tsv]", '["a\\0b.tsv"]', ("", None, "", "", "")),
}
#: Of a study with cell lines.
PANEL = {
    "misspelt drug": (
        "viability.tsv",
        "\tdrug\t",
        "\tdrugg\t",
        ("viability.tsv", 2, "inhibitor", "'drugg'", "did you mean drug"),
    ),
    "unknown cell line": (
        "viability.tsv",
        "level\tB",
        "level\tZZ",
        ("viability.tsv", 2, "cell_line", "'ZZ'", "A-1, B"),
    ),
    "unknown ligand": ("phospho.tsv", "IL-6", "IL-13", ("phospho.tsv", 2, "stimulus", "'IL-13'", "IL-6")),
    "unknown alteration": (
        "reference/cell_lines.tsv",
        "active,resistant",
        "activX,resistant",
        ("cell_lines.tsv", 3, "alterations", "'activX'", "active"),
    ),
    "drug without its dose": (
        "viability.tsv",
        "\tdrug\t100\t",
        "\tdrug\t\t",
        ("viability.tsv", 2, "inhibitor_nM", "nothing", "number"),
    ),
    "dose without its drug": (
        "viability.tsv",
        "\tdrug\t100\t",
        "\t\t100\t",
        ("viability.tsv", 2, "inhibitor", "nothing", "inhibitor of inhibitor_nM"),
    ),
    "dose without a screen": (
        "viability.tsv",
        "0.5\tGDSC1",
        "0.5\t",
        ("viability.tsv", 2, "screen", "nothing", "pooled"),
    ),
    "blot without a name": (
        "phospho.tsv",
        "blot 2",
        "",
        ("phospho.tsv", 4, "experiment", "nothing", "each experiment"),
    ),
    "negative dose": (
        "viability.tsv",
        "\t1000\t",
        "\t-1000\t",
        ("viability.tsv", 3, "inhibitor_nM", "-1000", "0 or more"),
    ),
    "shares that do not sum to 1": (
        "reference/receptors.tsv",
        "21\t1\t",
        "21\t0.5\t",
        ("receptors.tsv", 2, "share_JAK1", "0.5", "sum to 1"),
    ),
    "constant in uM": (
        "reference/inhibitors.tsv",
        "K_drug\tnM",
        "K_drug\tuM",
        ("inhibitors.tsv", 2, "unit", "uM", "nM"),
    ),
    "effect at dose 0": (
        "reference/inhibitors.tsv",
        "inhibition + dose /",
        "inhibition + 1 + dose /",
        ("inhibitors.tsv", 2, "formula", "at dose 0", "dose 0"),
    ),
    "row without a source": (
        "reference/exposure.tsv",
        "\tassumed\tassumed\n",
        "\t\tassumed\n",
        ("exposure.tsv", 2, "source", "nothing", "assumed"),
    ),
    "negative sd of a constant": (
        "reference/constants.tsv",
        "50\t0.7",
        "50\t-0.7",
        ("constants.tsv", 2, "sd_ln", "-0.7", ""),
    ),
    "unbound share above 1": (
        "reference/exposure.tsv",
        "0.1\t0.5",
        "10\t0.5",
        ("exposure.tsv", 2, "fraction_unbound", "10", ""),
    ),
    "infinite doubling time": (
        "reference/cell_lines.tsv",
        "\t24\t0.3",
        "\tinf\t0.3",
        ("cell_lines.tsv", 2, "doubling_time_h", "inf", ""),
    ),
    "dose of a picomolar table in nM": (
        "viability.tsv",
        "\t1000\t",
        "\t1e9\t",
        ("viability.tsv", 3, "inhibitor_nM", "", ""),
    ),
    "receptor that is not in its table": (
        "reference/cell_lines.tsv",
        "V617F\tgp130",
        "V617F\tEpoR",
        ("cell_lines.tsv", 3, "receptor", "EpoR", "gp130"),
    ),
    "bound under Student's t": (
        "phospho.tsv",
        "pSTAT_signal\tA-1\tIL-6\t0\t",
        "level\tA-1\tIL-6\t0\t",
        ("phospho.tsv", 4, "censored", "below", "Student"),
    ),
    "line in two spellings": (
        "reference/cell_lines.tsv",
        "B\tMPN",
        "a1\tMPN",
        ("cell_lines.tsv", 3, "cell_line", "'a1'", ""),
    ),
}
# What people's spreadsheets, exports and other programs leave in tables besides.
_MEASURED = "measurements.tsv"
STUDY |= {
    f"{text} as a value": (_MEASURED, "5\t3\t1", f"5\t{text}\t1", (_MEASURED, 3, "value", text[:50], needed))
    for text, needed in {
        "below LOD": "censored",
        "OVRFLW": "censored",
        "#WERT!": "leave the row out",
        "01. Feb": "date",
        "Mar-05": "date",
        "12:30": "time",
        "(5)": "parentheses",
        "5*": "marks",
        "1" * 200_000 + "x": "a number",
    }.items()
}
STUDY |= {
    "comment line": (
        _MEASURED,
        "STAT_total\t4",
        "# blot 2\nSTAT_total\t4",
        (_MEASURED, 5, "", "line of text", "rows only"),
    ),
    "footnote": (
        _MEASURED,
        "9.5\t1\t\n",
        "9.5\t1\t\n\nMeans of three\n",
        (_MEASURED, 7, "", "Means of three", "rows only"),
    ),
    "title of two cells": (
        _MEASURED,
        "observable\til13",
        "Plate:\t12\nobservable\til13",
        (_MEASURED, 1, "", "2 names", "a title above the names"),
    ),
    "values without a name": (
        _MEASURED,
        "replicate\tcomment",
        "replicate\t",
        (_MEASURED, 1, "", "'again'", "a name for each"),
    ),
    "blanks for tabs": (
        _MEASURED,
        MEASUREMENTS,
        MEASUREMENTS.replace("\t", " "),
        (_MEASURED, 1, "", "blanks", "a tab"),
    ),
    "semicolons and blanks": (
        _MEASURED,
        MEASUREMENTS,
        MEASUREMENTS.replace("\t", "; "),
        (_MEASURED, 1, "", "semicolons", "a tab"),
    ),
    "column in another case": (
        _MEASURED,
        "observable\til13_ng_per_ml\ttime_min",
        "observable\tIL13_ng_per_ml\ttime_min",
        (_MEASURED, 1, "IL13_ng_per_ml", "IL13_ng_per_ml", "spelt like this"),
    ),
    "row names of R": (
        _MEASURED,
        MEASUREMENTS,
        "\n".join(f"{n}\t{row}" if n else row for n, row in enumerate(MEASUREMENTS.rstrip("\n").split("\n"))),
        (_MEASURED, 1, "", "6 names", "row.names = FALSE"),
    ),
    "no table of measurements": (
        "study.yaml",
        "measurements: measurements.tsv",
        "measurements: []",
        ("study.yaml", 5, "measurements", "nothing", "a table"),
    ),
    "a table listed twice": (
        "study.yaml",
        "measurements: measurements.tsv",
        "measurements: [measurements.tsv, ./measurements.tsv]",
        ("study.yaml", 5, "measurements", "twice", "count twice"),
    ),
    "thousands of decimal commas": (
        _MEASURED,
        "STAT_total\t4\t10\t9.5\t1\t\n",
        "".join(f"STAT_total\t4\t{row}\t9,{row}\t1\t\n" for row in range(3000)),
        (_MEASURED, 5, "value", "'9,0' and 2999 others", "decimal point"),
    ),
}
PETAB |= {
    f"{text} as {what}": (file, old, new.format(text), (file, line, column, text, needed))
    for text, needed in {"0,5": "decimal point", "1_0": "separators", "81%": "divide by 100", "1e999": ""}.items()
    for what, (file, old, new, line, column) in {
        "an override": (_MEASURED, "0.5\t0.1", "{}\t0.1", 3, "observableParameters"),
        "a noise override": (_MEASURED, "0.5\t0.1", "0.5\t{}", 3, "noiseParameters"),
        "a value of a condition": ("conditions.tsv", "low\tdose\t1", "low\tdose\t{}", 2, "targetValue"),
        "a prior's parameter": ("parameters.tsv", "-2;1", "-2;{}", 2, "priorParameters"),
    }.items()
}
PETAB |= {
    "noise override 0": (_MEASURED, "0.5\t0.1", "0.5\t0", (_MEASURED, 3, "noiseParameters", "0", "positive")),
    "misspelt column of priors": (
        "parameters.tsv",
        "priorDistribution",
        "priorDistrbution",
        ("parameters.tsv", 1, "priorDistrbution", "priorDistrbution", "priorDistribution"),
    ),
    "column of noise in another case": (
        "observables.tsv",
        "noiseDistribution",
        "noisedistribution",
        ("observables.tsv", 1, "noisedistribution", "noisedistribution", "noiseDistribution"),
    ),
    "priors as PEtab 1 has them": (
        "parameters.tsv",
        "priorDistribution\tpriorParameters",
        "objectivePriorType\tobjectivePriorParameters",
        ("parameters.tsv", 1, "objectivePriorType", "a column of PEtab 1", "priorDistribution"),
    ),
    "condition with a blank in its id": (
        "conditions.tsv",
        "low\tdose",
        "l w\tdose\t1\nlow\tdose",
        ("conditions.tsv", 2, "conditionId", "'l w'", "letters"),
    ),
    "condition without an id": (
        "conditions.tsv",
        "low\tdose",
        "\tdose\t1\nlow\tdose",
        ("conditions.tsv", 2, "conditionId", "nothing", "letters"),
    ),
    "parameter without an id": (
        "parameters.tsv",
        "sd\t0.01",
        "\t0\t5\t1\ttrue\t\t\nsd\t0.01",
        ("parameters.tsv", 4, "parameterId", "nothing", "letters"),
    ),
    "placeholder called time": (
        "observables.tsv",
        "A + offset_A\tnoise_A * A_signal\tnormal\toffset_A",
        "A + time\tnoise_A * A_signal\tnormal\ttime",
        ("observables.tsv", 2, "observablePlaceholders", "'time'", "otherwise"),
    ),
    **{
        f"{kind} table twice": (
            "problem.yaml",
            f"[{kind}s.tsv]",
            f"[{kind}s.tsv, {kind}s.tsv]",
            ("problem.yaml", None, f"{kind}_files", "twice", "once"),
        )
        for kind in ("measurement", "parameter", "observable", "condition", "experiment")
    },
}
# What no file of a study breaks alone.
PANEL |= {
    "stimulus that nothing in the model takes": (
        "study.yaml",
        "  stimulus: ligand\n",
        "",
        ("study.yaml", 8, "cells.stimulus", "nothing", "takes IL-6 (phospho.tsv, line 2)"),
    ),
    "scale of its own in each blot, and of one observable in all": (
        "study.yaml",
        "level: {formula: pSTAT",
        "level: {formula: gain * pSTAT",
        (
            "study.yaml",
            20,
            "observables.level.formula",
            "'gain', which has a value for each experiment",
            "per_experiment: [gain]",
        ),
    ),
    "scale named twice": (
        "study.yaml",
        "per_experiment: [gain]",
        "per_experiment: [gain, gain]",
        ("study.yaml", 19, "observables.pSTAT_signal.per_experiment", "'gain' twice", "once"),
    ),
    "first value over an entity of the model": (
        "study.yaml",
        "  at_treatment:",
        "  before: {drug_left: 2 * k_off}\n  at_treatment:",
        ("study.yaml", 13, "cells.before.drug_left", "'k_off'", "when an experiment starts"),
    ),
    "first value over a parameter that lines set": (
        "study.yaml",
        "  at_treatment:",
        "  before: {drug_left: 2 * activity}\n  at_treatment:",
        ("study.yaml", 13, "cells.before.drug_left", "'activity'", "neither a cell line sets"),
    ),
    "scale that lines set": (
        "study.yaml",
        "per_experiment: [gain]",
        "per_experiment: [activity]",
        ("study.yaml", 8, "cells", "'activity' in the value of activity", "neither a cell line sets nor"),
    ),
    "value of a blot in a pooled entity": (
        "study.yaml",
        "scale: log, sd: scale_sd",
        "scale: log, mean: gain, sd: scale_sd",
        (
            "study.yaml",
            17,
            "cells.pooled.scale",
            "'gain' in the value of scale",
            "neither a cell line sets nor per_experiment",
        ),
    ),
    "parameter that cells set": (
        "parameters.tsv",
        "gain\t1",
        "drug_left\t1\t1\tfalse\t\t\t\t\tassumed\tassumed\ngain\t1",
        ("parameters.tsv", None, "id", "'drug_left', which cells", "one of the two"),
    ),
    "parameter that an inhibitor sets": (
        "parameters.tsv",
        "gain\t1",
        "inhibition\t1\t1\tfalse\t\t\t\t\tassumed\tassumed\ngain\t1",
        ("parameters.tsv", None, "id", "'inhibition', which cells", "one of the two"),
    ),
}
STUDY |= {
    "chi-square of a broken number of degrees of freedom": (
        "parameters.tsv",
        "uniform\tlow=0; high=10",
        "chisquare\tdegrees_of_freedom=2.5",
        ("parameters.tsv", 4, "prior_parameters", "2.5", "whole number"),
    )
}
