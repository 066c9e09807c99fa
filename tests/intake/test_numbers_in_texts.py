"""Numbers within names, headers and titles: decimal commas, ranges and signs never become another number."""

import pytest

from jakstat.intake.declared import Declared
from jakstat.intake.vocabulary import vocabulary_of

#: Of plates in columns: doses in headers with decimal commas.
DOSES = "cell_line;time_h;Ruxolitinib 0,3 uM;Ruxolitinib 1,5 uM\nHEL;72;{};{}\n"
TREATED = "treatment,viability\n"


@pytest.fixture
def vocabulary(reference):
    return vocabulary_of(reference, Declared())


@pytest.mark.parametrize("values", [("0,9", "0,5"), ("1", "1")])
def test_decimal_commas_in_headers_are_decimal_commas(read, values):
    table = read(DOSES.format(*values), everywhere={"observable": "viability"}).measurements
    assert table["inhibitor_nM"].tolist() == ["300", "1500"]


def test_decimal_commas_in_headers_above_decimal_points_are_a_fault(read):
    from jakstat.files import DataFaultsError

    with pytest.raises(DataFaultsError) as caught:
        read(DOSES.format("0.9", "0.5"), everywhere={"observable": "viability"})
    told = str(caught.value)
    assert "Ruxolitinib 0,3 uM" in told
    assert "--decimal" in told


def test_times_with_decimal_commas_in_names_are_these_times(read):
    rows = '"HEL ruxolitinib 100 nM 1,5 h",1\n"HEL ruxolitinib 100 nM 0,5 h",1\n'
    table = read(TREATED + rows).measurements
    assert table["time_min"].tolist() == ["30", "90"]
    assert table["replicate"].tolist() == ["", ""]


def test_a_comma_of_thousands_in_a_name_follows_the_marks_of_the_cells(read):
    table = read(TREATED + '"HEL ruxolitinib 1,000 nM 72 h",0.5\n').measurements
    assert table["inhibitor_nM"].tolist() == ["1000"]


def test_a_comma_in_a_name_that_nothing_decides_is_a_fault(fault_of):
    assert "--decimal comma, or --decimal point" in fault_of(TREATED + '"HEL ruxolitinib 1,000 nM 72 h",1\n')


def test_a_comma_in_a_name_among_points_is_a_fault_with_its_option(fault_of):
    assert "--decimal" in fault_of(TREATED + '"HEL ruxolitinib 100 nM 1,5 h",0.5\n')


@pytest.mark.parametrize(
    ("text", "role", "number"),
    [
        ("HEL-30 min", "time", 30),
        ("HEL - 30 min", "time", 30),
        ("K-562 - 30 min", "time", 30),
        ("K562-30 min", "time", 30),
        ("ruxolitinib-100 nM", "inhibitor_dose", 100),
        ("HEL, 30 min", "time", 30),
        ("HEL_0.5h", "time", 30),
    ],
)
def test_a_hyphen_after_a_name_is_no_sign(vocabulary, text, role, number):
    assert vocabulary.facts(text)[role] == number


@pytest.mark.parametrize(
    "text",
    [
        *("HEL 0-30 min", "HEL 0 - 30 min", "HEL 0\N{EN DASH}30 min", "-30 min", "HEL -30 min", "HEL 1,5 h"),
        *("ruxolitinib 1,000 nM", "ruxolitinib 1 000 nM", "ruxolitinib 1'000 nM", "HEL R0,5 h", "HEL 1.000,5 h"),
        *("HEL 1/2 h", "HEL 0:30 h", "ruxolitinib 10^3 nM", "ruxolitinib 3 x 100 nM", "ruxolitinib 2*10 nM"),
        *("HEL 450 nm", "HEL 5 um", "HEL 12 pm"),
    ],
)
def test_what_is_no_single_number_is_not_understood(vocabulary, text):
    assert vocabulary.facts(text) is None
    assert not {"time", "inhibitor_dose"} & set(vocabulary.mentions(text))


@pytest.mark.parametrize(
    ("head", "row", "told"),
    [
        ("cell_line,drug,dose_nM,time_h,viability", "HEL,ruxolitinib,-30,72,0.5", "dose of the drug -30 nM"),
        ("cell_line,drug,dose_nM,time_h,viability", "HEL,ruxolitinib,30,-72,0.5", "time -4320 min"),
        ("cell_line,Epo (ng/ml),time_min,pSTAT5", "HEL,-10,15,5200", "dose of the ligand -10"),
    ],
)
def test_a_negative_dose_or_time_is_a_fault(fault_of, head, row, told):
    assert told in fault_of(f"{head}\n{row}\n")


def test_a_wavelength_in_a_title_is_no_dose(read):
    text = "Absorbance 450 nm\ncell_line,drug,time_h,viability\nHEL,,72,0.9\n"
    assert read(text).measurements["inhibitor_nM"].tolist() == [""]


def test_headers_below_a_wavelength_are_no_doses(fault_of):
    text = "Absorbance (nm),,,,\ncell_line,drug,time_h,value,450\nHEL,ruxolitinib,72,0.5,0.4\n"
    assert "--unit headers=" in fault_of(text, everywhere={"observable": "viability", "inhibitor_dose": "1 uM"})


@pytest.mark.parametrize("header", ["conc_um", "dose (nm)"])
def test_a_length_in_the_header_of_a_dose_is_a_fault_with_its_options(read, header):
    from jakstat.files import DataFaultsError

    text = f"cell_line,drug,{header},time_h,viability\nHEL,ruxolitinib,3,72,0.5\n"
    with pytest.raises(DataFaultsError) as caught:
        read(text)
    unit = "uM" if "um" in header else "nM"
    assert f'a dose: --column "{header}=inhibitor_dose" --unit "{header}={unit}"' in str(caught.value)
    read_so = read(text, columns={header: "inhibitor_dose"}, units={header: unit}).measurements
    assert read_so["inhibitor_nM"].tolist() == ["3000" if unit == "uM" else "3"]


def test_a_dose_in_a_title_without_a_drug_is_that_of_no_row(fault_of):
    text = "Medium with 100 nM hydrocortisone\ncell_line,drug,time_h,viability\nHEL,ruxolitinib,72,0.5\n"
    assert "ruxolitinib without a dose" in fault_of(text)


@pytest.mark.parametrize("title", ["Luminescence; 0.5 s integration", "HEL; shaken 30 s", "lysed after 10 min on ice"])
def test_a_time_of_the_reader_in_a_title_is_not_that_of_the_cells(fault_of, title):
    text = f"{title}\ncell_line,drug,dose_nM,viability\nHEL,ruxolitinib,300,0.5\n"
    assert '--all "time=72 h"' in fault_of(text)


@pytest.mark.parametrize("title", ["HEL ruxolitinib 72 h", "Viability after 72 h", "72 h"])
def test_a_title_that_is_understood_says_the_time(read, title):
    text = f"{title}\ncell_line,drug,dose_nM,viability\nHEL,ruxolitinib,300,0.5\n"
    assert read(text).measurements["time_min"].tolist() == ["4320"]
