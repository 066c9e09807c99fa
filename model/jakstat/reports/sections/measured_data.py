"""The sections on what was asked, on data and fit, and on what prior and posterior predict of the measurements."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
from scipy.stats import binom

from jakstat.problem import ProblemTables, measured_over_doses, measured_over_time
from jakstat.reports.figures import (
    drawn_fit,
    draws_apart,
    experiment_name,
    figure_svg,
    observable_name,
    prior_predictive_figure,
)
from jakstat.reports.page import Block, Cell, Items, Paragraph, Picture, Section, Table, Tone
from jakstat.reports.report_contents import ReportContents
from jakstat.reports.tables import number_text, share_text

_TEXT, _NUMBER = False, True
_MANY_ROWS = 15  # a table of more is folded where it is for looking up
# Coverage outside of this central interval of a binomial count is marked.
_USUAL = 0.99


def count_text(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural where it must be."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def size_sentence(tables: ProblemTables) -> str:
    """Return how much was measured and how much is estimated, as a sentence."""
    estimated = sum(parameter.estimated for parameter in tables.parameters)
    return f"{_measured_sentence(tables)[:-1]}; {count_text(estimated, 'parameter')} estimated."


def _measured_sentence(tables: ProblemTables) -> str:
    measured = (
        {measurement.observable_id for measurement in tables.measurements},
        {measurement.experiment_id for measurement in tables.measurements},
    )
    return (
        f"{count_text(len(tables.measurements), 'measurement')} of {count_text(len(measured[0]), 'observable')} in "
        f"{count_text(len(measured[1]), 'experiment')}."
    )


def question_section(contents: ReportContents) -> Section:
    """Say what was asked: study, citation, data, model, settings."""
    tables = contents.tables
    blocks: list[Block] = [
        Paragraph(f"Study: {tables.title or tables.id}."),
        Paragraph(f"Data: {size_sentence(tables)}"),
        Paragraph(f"Citation of the data: {tables.citation or 'the source names none.'}"),
        Paragraph(
            "The model is a system of ordinary differential equations of the pathway. Three things are kept apart on "
            "this page: the state of the cells, the expected signal of each observable, and a predicted measurement, "
            "which is the signal with measurement noise. The parameters have priors; the measurements turn them into a "
            "posterior, from which draws were taken by the No-U-Turn sampler."
        ),
    ]
    if tables.notes:
        blocks += [Paragraph("What the reader of the data decided:"), Items(tuple(tables.notes))]
    blocks += [_observable_table(tables), *_experiment_tables(tables)]
    rows = tuple(_flat(contents.settings))
    if rows:
        blocks.append(
            Table(
                "Settings.",
                "The settings of this run.",
                (("setting", _TEXT), ("value", _TEXT)),
                rows,
                folded=len(rows) > _MANY_ROWS,
            )
        )
    return Section("question", "What was asked", blocks)


def _observable_table(tables: ProblemTables) -> Table:
    counts = pd.Series([measurement.observable_id for measurement in tables.measurements]).value_counts()
    rows = tuple(
        (
            observable_name(observable),
            observable.id,
            observable.unit or "–",
            str(counts.get(observable.id, 0)),
            str(observable.formula),
            f"{observable.noise_distribution}: {observable.noise_formula}",
        )
        for observable in tables.observables
    )
    columns = (
        ("observable", _TEXT),
        ("id", _TEXT),
        ("unit", _TEXT),
        ("measured", _NUMBER),
        ("signal", _TEXT),
        ("noise", _TEXT),
    )
    caption = "Signal: the expected value, over species and parameters of the model. Noise: its distribution and scale."
    return Table("Observables.", caption, columns, rows)


def _experiment_tables(tables: ProblemTables) -> list[Block]:
    """Return what was done to the cells: in words where a study has cell lines, and in the names of the model."""
    counts = pd.Series([measurement.experiment_id for measurement in tables.measurements]).value_counts()
    rows = []
    for experiment in tables.experiments:
        periods = "; ".join(
            _period_text(period.start, period.changes, tables.time_unit) for period in experiment.periods
        )
        rows.append((experiment_name(experiment), experiment.id, periods, str(counts.get(experiment.id, 0))))
    columns = (("experiment", _TEXT), ("id", _TEXT), ("what is set, and when", _TEXT), ("measurements", _NUMBER))
    caption = "What was done to the cells, in the names of the model."
    in_names = Table("Experiments.", caption, columns, tuple(rows), folded=len(rows) > _MANY_ROWS)
    if not any(experiment.cell_line for experiment in tables.experiments):
        return [in_names]
    return [_cells_table(tables, counts), replace(in_names, title="Experiments as formulas.")]


def _cells_table(tables: ProblemTables, counts: pd.Series) -> Table:
    """Return how many experiments and measurements there are of each cell line, inhibitor, stimulus and group."""
    found: dict[tuple[str, ...], list[int]] = {}
    for experiment in tables.experiments:
        drugs = [name for name, _ in experiment.inhibitors]
        groups = [name for name in experiment.groups if name and name not in drugs]
        key = (experiment.cell_line, " + ".join(drugs) or "–", experiment.stimulus or "–", ", ".join(groups) or "–")
        number = found.setdefault(key, [0, 0])
        number[0] += 1
        number[1] += int(counts.get(experiment.id, 0))
    rows = tuple((*key, str(experiments), str(measured)) for key, (experiments, measured) in found.items())
    columns = (
        ("cells", _TEXT),
        ("inhibitor", _TEXT),
        ("stimulus", _TEXT),
        ("screen or group", _TEXT),
        ("experiments", _NUMBER),
        ("measurements", _NUMBER),
    )
    return Table("Experiments.", "What was done to which cells; an experiment is one dose.", columns, rows)


def _period_text(start: float, changes: Mapping, time_unit: str) -> str:
    when = "before, to steady state" if start == float("-inf") else f"from {start:g} {time_unit}".strip()
    sets = ", ".join(f"{name} = {_short(value)}" for name, value in changes.items())
    return f"{when}: {sets or 'nothing is set'}"


def _short(value: Any) -> str:
    """Return a formula as text, a plain number without needless digits."""
    return f"{float(value):g}" if getattr(value, "is_number", False) else str(value)


def _flat(settings: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield nested settings as (dotted name, text)."""
    for key, value in settings.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}.")
        elif isinstance(value, list | tuple):
            yield name, ", ".join(str(entry) for entry in value) or "none"
        else:
            yield name, "–" if value is None else str(value)


def fit_section(contents: ReportContents) -> Section:
    """Measurements and the posterior of the signal."""
    tables, posterior = draws_apart(contents.tables, contents.posterior)
    over_time, over_doses = measured_over_time(tables), measured_over_doses(tables)
    pictures: list[Block] = []
    if over_time.measurements:
        figure = drawn_fit(over_time, posterior, contents.time_courses)
        pictures.append(Picture(figure_svg(figure), "Data and fit.", _fit_caption(contents, over_time)))
    if over_doses.measurements:
        figure = drawn_fit(over_doses, posterior)
        pictures.append(Picture(figure_svg(figure), "Doses and fit.", _dose_caption(over_doses)))
    return Section("fit", "Data and fit", pictures)


def _fit_caption(contents: ReportContents, tables: ProblemTables) -> str:
    drawn = "at the measured times, joined by lines" if contents.time_courses is None else "at all times"
    return (
        f"{_measured_sentence(tables)} A panel for each observable, and for each blot or plate with a scale of its own "
        "where several have an experiment. Marks are measured values, a colour and a mark for each experiment. Lines "
        f"and bands are the median and the central 50 % and 90 % intervals of the expected signal {drawn}. Thin bars "
        "are the central 90 % interval of a new measurement (signal and noise): about nine marks in ten should lie on "
        "theirs. Marks that leave their bars in a row, on one side, show what the model cannot describe."
    )


def _dose_caption(tables: ProblemTables) -> str:
    return (
        f"{_measured_sentence(tables)} A panel for each cell line; marks are measured values, a colour and a mark for "
        "each inhibitor, hollow marks another screen. Wide bars are the central 50 % and 90 % intervals of the "
        "expected signal at the measured doses, the short line across them its median; the dotted lines join medians "
        "and are no curve. Thin bars are the central 90 % interval of a new measurement (signal and noise)."
    )


def prior_section(contents: ReportContents) -> Section:
    """Show what the prior predicts."""
    figure = prior_predictive_figure(contents.tables, contents.prior)
    draws = contents.prior["prior_predictive"].dataset["measurement"]
    total = draws.sizes["chain"] * draws.sizes["draw"]
    caption = (
        f"Marks are measured values; bands are the central 90 % interval of {total:,} measurements drawn from the "
        "prior, before any measurement was used. The measurements should lie within the bands; bands far wider than "
        "the measurements are the price of priors that do not use these data. Where the bands reach far beyond the "
        "data the axis is logarithmic, and linear around 0."
    )
    blocks: list[Block] = [Picture(figure_svg(figure), "Prior predictive.", caption)]
    table = _group(contents.coverage, "prior_predictive")
    if table is not None:
        blocks.append(_coverage_table(contents.tables, table, "Coverage by the prior.", "prior predictive"))
    return Section("prior-predictive", "What the prior predicts", blocks)


def coverage_section(contents: ReportContents) -> Section:
    """Coverage of the measurements by the posterior predictive."""
    table = _group(contents.coverage, "posterior_predictive")
    if table is None:
        return Section("coverage", "Coverage", [Paragraph("Coverage was not measured.")])
    return Section(
        "coverage",
        "Coverage of the measurements",
        [
            _coverage_table(contents.tables, table, "Coverage by the posterior.", "posterior predictive"),
            Paragraph(
                "The same measurements were used for the fit, so this shows whether noise and model can describe "
                "them, not how well new ones would be predicted; for that see the cross-validation."
            ),
        ],
    )


def _group(coverage: pd.DataFrame, group: str) -> pd.DataFrame | None:
    """Return the rows of a group; a table without groups is the posterior's."""
    if "group" not in coverage:
        return coverage if group == "posterior_predictive" else None
    rows = coverage[coverage["group"] == group]
    return rows if len(rows) else None


def _coverage_table(tables: ProblemTables, coverage: pd.DataFrame, title: str, of: str) -> Table:
    names = {observable.id: observable_name(observable) for observable in tables.observables}
    levels = [name for name in coverage.columns if name.startswith("coverage_")]
    rows = []
    for record in coverage.to_dict(orient="records"):
        count = int(record["measurements"])
        cells = [_coverage_cell(record[name], int(name.rpartition("_")[2]) / 100, count) for name in levels]
        rows.append((names.get(record["observable"], record["observable"]), f"{count:,}", *cells))
    columns = (
        ("observable", _TEXT),
        ("measurements", _NUMBER),
        *((f"in the {name.rpartition('_')[2]} % interval", _NUMBER) for name in levels),
    )
    caption = (
        f"Share of measurements in central intervals of their {of} distribution. Red: fewer, amber: more than chance "
        f"explains (outside of the central {100 * _USUAL:.0f} % of a binomial count)."
    )
    return Table(title, caption, columns, tuple(rows))


def _coverage_cell(share: float, level: float, count: int) -> Cell:
    lower, upper = binom.interval(_USUAL, count, level)
    inside = share * count
    tone: Tone = "bad" if inside < lower - 0.5 else "note" if inside > upper + 0.5 else ""
    return Cell(share_text(share), tone)


def overall_coverage(coverage: pd.DataFrame) -> str:
    """Return the share of all measurements in their 95 % posterior predictive interval as a sentence, or nothing."""
    table = _group(coverage, "posterior_predictive")
    if table is None or "coverage_95" not in table:
        return ""
    rows = table[table["observable"] == "all"]
    if not len(rows):
        return ""
    row = rows.iloc[0]
    return (
        f"{share_text(float(row['coverage_95']))} of {number_text(float(row['measurements']))} measurements lie in "
        "the 95 % interval that the fit predicts for them."
    )
