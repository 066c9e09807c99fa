"""The table of IC50s and largest effects of predicted dose responses."""

from collections.abc import Sequence

import pandas as pd

from jakstat.reports.page import Table
from jakstat.reports.tables.number_format import interval_text, number_text, share_text

_TEXT, _NUMBER = False, True


def measure_table(measures: pd.DataFrame, keys: Sequence[str], elsewhere: str) -> Table:
    """Return a row for each combination of ``keys``; ``elsewhere`` names the file with all other measures."""
    rows = []
    for labels, of_curve in measures[measures["metric"].isin(["ic50", "emax"])].groupby(list(keys), sort=False):
        by_metric = of_curve.set_index("metric")
        ic50, emax = by_metric.loc["ic50"], by_metric.loc["emax"]
        rows.append(
            (
                *map(str, labels),
                number_text(ic50["median"]),
                interval_text(ic50["lower_90"], ic50["upper_90"]),
                share_text(ic50["share_existing"]),
                share_text(emax["median"]),
                f"{share_text(emax['lower_90'])} to {share_text(emax['upper_90'])}",
            )
        )
    columns = (
        *((key, _TEXT) for key in keys),
        ("IC50, nM", _NUMBER),
        ("90 % interval", _NUMBER),
        ("draws with an IC50", _NUMBER),
        ("largest effect", _NUMBER),
        ("90 % interval", _NUMBER),
    )
    caption = (
        "Absolute IC50: the dose at which half of the signal without drug is left, over the draws in which it lies "
        f"within the predicted doses; nothing is extrapolated. Other measures are in {elsewhere}."
    )
    return Table("IC50 and largest effect.", caption, columns, tuple(rows))
