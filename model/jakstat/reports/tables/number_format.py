"""Numbers as people read them: three digits, powers of ten, and a dash where there is no number."""

import math

MISSING = "–"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number_text(value: float | None, digits: int = 3) -> str:
    """Return a number with ``digits`` significant digits; a dash for None and NaN."""
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e6:
        rounded = float(f"{value:.{digits}g}")
        places = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
        return f"{rounded:,.{places}f}".replace("-", "−")
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}".replace("-", "−")


def interval_text(lower: float | None, upper: float | None, digits: int = 3) -> str:
    """Return an interval as ``lower to upper``; a dash where it does not exist."""
    ends = number_text(lower, digits), number_text(upper, digits)
    return MISSING if MISSING in ends else f"{ends[0]} to {ends[1]}"


def share_text(share: float | None, places: int = 0) -> str:
    """Return a share as per cent; never rounded to 0 % or 100 % when it is neither."""
    if share is None or math.isnan(share):
        return MISSING
    text = f"{100 * share:.{places}f}"
    step = 10.0**-places
    if share < 1 and float(text) == 100:
        return f"> {100 - step:.{places}f} %"
    if share > 0 and float(text) == 0:
        return f"< {step:.{places}f} %"
    return f"{text.removeprefix('-') if float(text) == 0 else text} %"


def quantity_text(value: float | None, unit: str) -> str:
    """Return a number with its unit."""
    return f"{number_text(value)} {unit}".strip() if unit != "1" else number_text(value)


def decimal_text(value: float, places: int) -> str:
    """Return a number with a fixed number of decimal places; a dash where it is not finite."""
    return f"{value:,.{places}f}".replace("-", "−") if math.isfinite(value) else MISSING
