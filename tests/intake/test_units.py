"""Units are converted as decimals, without a last digit of the division."""

from decimal import Decimal

import pytest

from jakstat.intake.units import in_minutes


@pytest.mark.parametrize(("number", "unit", "minutes"), [("30", "s", "0.5"), ("90", "s", "1.5"), ("1.5", "h", "90")])
def test_times_are_minutes_to_the_last_digit(number, unit, minutes):
    assert str(in_minutes(Decimal(number), unit)) == minutes
