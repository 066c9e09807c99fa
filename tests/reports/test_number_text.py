import numpy as np
import pytest

from jakstat.reports.tables.number_format import decimal_text, interval_text, number_text, share_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0123456, "0.0123"),
        (1234.5, "1,230"),
        (9.999, "10.0"),
        (-2.5, "−2.50"),
        (8.6e-4, "8.60 × 10⁻⁴"),
        (2.5e7, "2.50 × 10⁷"),
        (0.0, "0"),
        (None, "–"),
        (np.nan, "–"),
        (np.inf, "∞"),
    ],
)
def test_numbers_have_three_digits(value, text):
    assert number_text(value) == text


def test_share_that_is_not_all_is_not_rounded_to_all():
    assert share_text(0.9996) == "> 99 %"
    assert share_text(0.00004, 2) == "< 0.01 %"
    assert share_text(1.0) == "100 %"
    assert share_text(0.0) == "0 %"
    assert share_text(np.nan) == "–"


def test_interval_without_ends_is_a_dash():
    assert interval_text(np.nan, 3.0) == "–"
    assert interval_text(1.0, 3.0, 2) == "1.0 to 3.0"
    assert decimal_text(-384.12, 1) == "−384.1"
