"""What could mean two things is a fault whose option settles it; with the option it is read."""

import pytest

HEAD = "cell_line,drug,dose_nM,time_h,viability\n"

#: What is not clear, part of its fault, and the option that settles it with the value (or dose) that is read then.
UNCLEAR = {
    "dose without a unit": (
        "cell_line,drug,dose,time_h,viability\nHEL,ruxolitinib,0.3,72,0.5\n",
        '--unit "dose=uM"',
        {"units": {"dose": "uM"}},
        ("inhibitor_nM", ["300"]),
    ),
    "time without a unit": (
        "cell_line,drug,dose_nM,time,viability\nHEL,ruxolitinib,300,72,0.5\n",
        '--unit "time=h"',
        {"units": {"time": "h"}},
        ("time_min", ["4320"]),
    ),
    "no time": (
        "cell_line,drug,dose_nM,viability\nHEL,ruxolitinib,300,0.5\n",
        '--all "time=72 h"',
        {"everywhere": {"time": "72 h"}},
        ("time_min", ["4320"]),
    ),
    "no cell line": (
        "drug,dose_nM,time_h,viability\nruxolitinib,300,72,0.5\n",
        '--all "cell_line=HEL"',
        {"everywhere": {"cell_line": "HEL"}},
        ("cell_line", ["HEL"]),
    ),
    "percent or shares": (
        HEAD + "HEL,ruxolitinib,300,72,51\n",
        '--unit "viability=percent"',
        {"units": {"viability": "percent"}},
        ("value", ["0.51"]),
    ),
    "shares below a header in percent": (
        "cell_line,drug,dose_nM,time_h,viability (%)\nHEL,ruxolitinib,300,72,0.51\n",
        '--unit "viability (%)=percent"',
        {"units": {"viability (%)": "share"}},
        ("value", ["0.51"]),
    ),
    "thousands or decimals": (
        'cell_line,drug,dose_nM,time_h,viability\nHEL,ruxolitinib,"1,500",72,1\n',
        "--decimal comma",
        {"decimal": "point"},
        ("inhibitor_nM", ["1500"]),
    ),
    "points between semicolons": (
        "cell_line;drug;dose_nM;time_h;viability\nHEL;ruxolitinib;1.500;72;1\n",
        "--decimal point",
        {"decimal": "comma"},
        ("inhibitor_nM", ["1500"]),
    ),
    "an unknown line": (
        HEAD + "LAB-1,ruxolitinib,300,72,0.5\n",
        '--name "LAB-1=HEL"',
        {"names": {"LAB-1": "HEL"}},
        ("cell_line", ["HEL"]),
    ),
    "an unknown drug": (
        HEAD + "HEL,JAKi A,300,72,0.5\n",
        '--name "JAKi A=ruxolitinib"',
        {"names": {"JAKi A": "ruxolitinib"}},
        ("inhibitor", ["ruxolitinib"]),
    ),
    "an unknown header": (
        "cell_line,drug,dose_nM,time_h,viability,Freezer\nHEL,ruxolitinib,300,72,0.5,B\n",
        "Freezer",
        {"columns": {"Freezer": "ignore"}},
        ("value", ["0.5"]),
    ),
    "a drug as header beside a readout": (
        "cell_line,ruxolitinib,time_min,pSTAT5\nHEL,100,15,5200\n",
        '--unit "ruxolitinib=nM"',
        {"units": {"ruxolitinib": "nM"}},
        ("inhibitor_nM", ["100"]),
    ),
    "what was measured": (
        "cell_line,drug,dose_nM,time_min,signal\nHEL,ruxolitinib,300,15,5200\n",
        '--all "observable=pSTAT5"',
        {"everywhere": {"observable": "pSTAT5"}},
        ("observable", ["pSTAT5_signal"]),
    ),
    "when the drug was added before the ligand": (
        "cell_line,drug,dose_nM,Epo (ng/ml),time_min,pSTAT5\nHEL,ruxolitinib,300,10,15,5200\n",
        '--all "pretreatment=60 min"',
        {"everywhere": {"pretreatment": "1 h"}},
        ("pretreatment_min", ["60"]),
    ),
    "raw signals without blanks": (
        "cell_line,drug,dose_nM,time_h,RLU\nHEL,DMSO,0,72,2000\nHEL,ruxolitinib,300,72,500\n",
        "--no-blank",
        {"no_blank": True},
        ("value", ["0.25"]),
    ),
    "numbers as headers": (
        "cell_line,drug,time_h,100,1000\nHEL,ruxolitinib,72,0.5,0.2\n",
        "--unit headers=uM",
        {"units": {"headers": "nM"}, "everywhere": {"observable": "viability"}},
        ("inhibitor_nM", ["100", "1000"]),
    ),
}


@pytest.mark.parametrize("kind", UNCLEAR)
def test_what_is_not_clear_is_a_fault_with_its_option(kind, read, reference, tmp_path):
    from jakstat.files import DataFaultsError

    text, told, _, _ = UNCLEAR[kind]
    with pytest.raises(DataFaultsError) as caught:
        read(text)
    assert told in str(caught.value)


@pytest.mark.parametrize("kind", UNCLEAR)
def test_the_option_settles_it(kind, read):
    text, _, declared, (column, expected) = UNCLEAR[kind]
    assert read(text, **declared).measurements[column].tolist() == expected


def test_a_decimal_comma_beside_a_decimal_point_is_a_fault(fault_of):
    text = "cell_line;drug;dose_nM;time_h;viability\nHEL;ruxolitinib;0,5;72;0.5\n"
    assert "decimal commas ('0,5') and decimal points ('0.5')" in fault_of(text)


def test_a_declaration_that_meets_nothing_is_a_fault(fault_of):
    assert "no file has" in fault_of(HEAD + "HEL,ruxolitinib,300,72,0.5\n", units={"Dosis": "uM"})


def test_a_file_given_twice_is_a_fault(tmp_path, reference):
    from jakstat.files import DataFaultsError
    from jakstat.intake import read_exports

    for name in ("first.csv", "again.csv"):
        (tmp_path / name).write_text(HEAD + "HEL,ruxolitinib,300,72,0.5\n")
    with pytest.raises(DataFaultsError, match=r"the content of first.csv; needed: each file once"):
        read_exports([tmp_path / "first.csv", tmp_path / "again.csv"], reference)


def test_two_drugs_in_one_name_are_not_taken_for_the_first(fault_of):
    assert "which is not known" in fault_of(HEAD + "HEL,ruxolitinib + fedratinib,300,72,0.5\n")


def test_raw_signals_beside_their_viabilities_do_not_count_twice(fault_of):
    rows = "HEL,DMSO,0,72,2000,100\nHEL,ruxolitinib,300,72,500,25\n"
    assert "--column HEADER=ignore" in fault_of(
        "cell_line,drug,dose_nM,time_h,RLU,viability (%)\n" + rows, no_blank=True
    )
