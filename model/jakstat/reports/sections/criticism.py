"""The section on cross-validation (PSIS-LOO)."""

import numpy as np

from jakstat.reports.figures import experiment_name, figure_svg, loo_pit_figure, observable_name, pareto_k_figure
from jakstat.reports.page import Block, Cell, Paragraph, Picture, Section, Table
from jakstat.reports.report_contents import ReportContents
from jakstat.reports.tables import decimal_text, number_text

_TEXT, _NUMBER = False, True
_WORST = 8


def loo_section(contents: ReportContents) -> Section:
    """How well each measurement is predicted from the others."""
    attrs, total = contents.loo.attrs, contents.loo.sizes["obs"]
    unreliable, limit = int(attrs["unreliable"]), number_text(float(attrs["good_k"]), 2)
    estimate = (
        "Expected log predictive density of left-out measurements: elpd = "
        f"{decimal_text(float(attrs['elpd_loo']), 1)}, standard error {decimal_text(float(attrs['se']), 1)}; effective "
        f"number of parameters p_loo = {decimal_text(float(attrs['p_loo']), 1)}."
    )
    judged = (
        Paragraph(f"The estimate is reliable for all {total:,} measurements (Pareto k at most {limit}).", "good")
        if unreliable == 0
        else Paragraph(
            f"For {unreliable:,} of {total:,} measurements Pareto k is above {limit}: they move the "
            "posterior so much "
            "that the estimate for them, and with it elpd, is not reliable.",
            "note",
        )
    )
    blocks: list[Block] = [
        Paragraph(estimate),
        judged,
        Picture(
            figure_svg(pareto_k_figure(contents.tables, contents.loo)),
            "Pareto k.",
            f"A point a measurement, grouped by observable. Above {limit} (dashed): {unreliable:,} of {total:,}, "
            "in red with their numbers. A large k is a measurement on which the posterior depends much.",
        ),
        _worst_table(contents),
        Picture(
            figure_svg(loo_pit_figure(contents.posterior)),
            "LOO-PIT.",
            "ArviZ plot_loo_pit: the share of the prediction from all other measurements that lies below each "
            "measurement, as difference to a uniform distribution. Around 0: calibrated. Below 0 throughout: "
            "measurements lie higher than predicted, above 0: lower. S-shapes: predictions are too wide or too "
            "narrow. Marked points are where a departure is most clear; p is its test.",
        ),
    ]
    return Section("loo", "Cross-validation", blocks)


def _worst_table(contents: ReportContents) -> Table:
    loo, tables = contents.loo, contents.tables
    observables = {observable.id: observable for observable in tables.observables}
    experiments = {experiment.id: experiment_name(experiment) for experiment in tables.experiments}
    k, elpd = loo["pareto_k"].to_numpy(), loo["elpd"].to_numpy()
    limit = float(loo.attrs["good_k"])
    rows = []
    for place in np.argsort(-np.nan_to_num(k, nan=np.inf))[:_WORST]:
        number = int(loo.coords["obs"].to_numpy()[place])
        measurement = tables.measurements[number]
        observable = observables[measurement.observable_id]
        rows.append(
            (
                str(number),
                observable_name(observable),
                experiments[measurement.experiment_id],
                f"{measurement.time:g} {tables.time_unit}".strip(),
                f"{number_text(measurement.value)} {observable.unit}".strip(),
                Cell(number_text(float(k[place]), 2), "" if k[place] <= limit else "bad"),
                decimal_text(float(elpd[place]), 2),
            )
        )
    columns = (
        ("number", _NUMBER),
        ("observable", _TEXT),
        ("experiment", _TEXT),
        ("time", _NUMBER),
        ("measured", _NUMBER),
        ("Pareto k", _NUMBER),
        ("elpd", _NUMBER),
    )
    caption = "elpd: log density of the measurement, predicted from the others; the lower, the less expected."
    return Table(f"The {len(rows)} measurements with the largest Pareto k.", caption, columns, tuple(rows))
