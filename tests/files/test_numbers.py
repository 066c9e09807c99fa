import math

import pytest

from jakstat.files.numbers import finite_number_of_text, number_of_text, number_remedy

# What is no number, and words of what is said about it.
NO_NUMBERS = {
    "1_000": "separators of thousands",
    "1 000": "separators of thousands",
    "1\u00a0000": "separators of thousands",
    "1'234": "separators of thousands",
    "1,234.5": "separators of thousands",
    "1,234,567.8": "separators of thousands",
    "1.234,5": "separators of thousands",
    "5,1": "decimal point",
    "-0,5": "decimal point",
    "1,2E-3": "decimal point",
    "<0.2": "censored",
    "< 0.2": "censored",
    "≤0.2": "censored",
    ">10": "above in a column censored",
    ">=1e4": "above in a column censored",
    "81%": "divide by 100",
    "81 %": "divide by 100",
    "−5": "minus of the keyboard",
    "–5": "minus of the keyboard",
    "—0.5": "minus of the keyboard",
    "#DIV/0!": "leave the row out",
    "#N/A": "leave the row out",
    "#VALUE!": "leave the row out",
    "n.d.": "leave the row out",
    "N/A": "leave the row out",
    "NA": "leave the row out",
    "nan": "leave the row out",
    "-": "leave the row out",
    "1.5 x 10^-3": "1.5e-3",
    "1.5·10-3": "1.5e-3",
    "1.5d-3": "1.5e-3",
    "~5": "without the sign",
    "5 ± 1": "column of its own",
    "5 nM": "without its unit",
    "0.5µM": "without its unit",
    "2020-11-28": "date",
    "5-Mar": "date",
    "٣": "digits 0 to 9",
    "１２": "digits 0 to 9",
    "1e999": "smaller than 1e308",
    "0x10": "",
    "one": "",
    "": "",
    "1e": "",
    "--5": "",
    "1..5": "",
}


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_text_that_is_no_number_is_none_and_its_remedy_is_said(text):
    assert finite_number_of_text(text) is None
    remedy = number_remedy(text)
    assert NO_NUMBERS[text] in remedy
    assert bool(remedy) == bool(NO_NUMBERS[text])


@pytest.mark.parametrize("text", ["0", "12", "-0.5", "+3", ".5", "5.", "1.2e3", "1E-12", "-7e+2", "007"])
def test_number_is_what_python_reads(text):
    assert number_of_text(text) == float(text)


def test_infinity_is_a_number_that_is_not_finite():
    assert [number_of_text(text) for text in ("inf", "-inf", "+Infinity")] == [math.inf, -math.inf, math.inf]
    assert finite_number_of_text("-inf") is None


@pytest.mark.parametrize("text", ["1_12", "nan", "١٢", "1e5_0", "infinityx", " 1"])
def test_what_python_reads_beyond_the_rule_is_no_number(text):
    assert number_of_text(text) is None
