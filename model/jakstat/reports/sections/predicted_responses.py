"""The section on the predicted dose response, and the sentences that answer the question."""

from typing import Any

import numpy as np
import pandas as pd

from jakstat.problem import ProblemTables
from jakstat.reports.figures import dose_response_figure, figure_svg, observable_name
from jakstat.reports.page import Block, Items, Paragraph, Picture, Section, Table
from jakstat.reports.sections.contents import ReportContents
from jakstat.reports.tables import interval_text, is_assumed, number_text, share_text

_TEXT, _NUMBER = False, True
NO_PREDICTION = "This run asked for no dose response, so nothing is predicted here."


def text_list(value: Any) -> list[str]:
    """Return an attribute that is a text, a list of texts or a mapping as a list of texts."""
    if isinstance(value, dict):
        return [f"{name} := {text}" for name, text in value.items()]
    return [str(one) for one in np.atleast_1d(value)] if value is not None else []


def answer_sentences(contents: ReportContents) -> list[str]:
    """Return one sentence a stimulus: the IC50, its interval, and in which share of draws it exists."""
    dose_response, summary = contents.dose_response, contents.ic50_summary
    if dose_response is None or summary is None:
        return [NO_PREDICTION]
    attrs = dose_response.attrs
    readout = readout_name(contents.tables, str(attrs["readout"]))
    top = number_text(float(dose_response["dose"].max()))
    sentences = []
    for row in summary.itertuples():
        subject = f"With {attrs['inhibitor']} and {row.stimulus}, the signal of {readout} at {attrs['time']}"
        if not row.share_existing > 0:
            sentences.append(f"{subject} falls to half at no dose up to {top} nM, in any draw; there is no IC50.")
            continue
        sentences.append(
            f"{subject} falls to half at {number_text(row.median)} nM (IC50, median; 95 % interval "
            f"{interval_text(row.lower_95, row.upper_95)} nM); the IC50 exists in {_draws_text(row.share_existing)}."
        )
    return sentences


def _draws_text(share: float) -> str:
    return "all draws" if share == 1 else f"{share_text(share, 1)} of the draws"


def readout_name(tables: ProblemTables, readout: str) -> str:
    """Return the name of an observable, or its id where there is none."""
    return next((observable_name(one) for one in tables.observables if one.id == readout), readout)


def prediction_section(contents: ReportContents) -> Section:
    """Show the dose response with its IC50s, formulas, priors and caveats; a sentence where nothing was asked."""
    title = "Prediction"
    dose_response, summary = contents.dose_response, contents.ic50_summary
    if dose_response is None or summary is None:
        return Section("prediction", title, [Paragraph(NO_PREDICTION)])
    attrs = dose_response.attrs
    readout = readout_name(contents.tables, str(attrs["readout"]))
    blocks: list[Block] = [
        Picture(figure_svg(dose_response_figure(dose_response, contents.tables)), "Dose response to "
                                                                                  f"{attrs['inhibitor']}.",
                _caption(contents, readout)),
        _ic50_table(summary),
        Paragraph("What the inhibitor does, as formulas on parameters of the model (dose in nM):"),
        Items(tuple(text_list(attrs.get("acts_on")))),
        Paragraph("Priors of the inhibitor's own parameters:"),
    ]  # fmt: skip
    priors = text_list(attrs.get("prior"))
    blocks.append(Items(tuple(priors)))
    if any(is_assumed(text) for text in priors):
        blocks.append(Paragraph("Part of this prior is assumed: the IC50 rests on that assumption.", "note"))
    notes = text_list(attrs.get("notes"))
    if notes:
        blocks += [Paragraph("What to keep in mind:"), Items(tuple(notes))]
    return Section("prediction", f"{title}: {attrs['inhibitor']}", blocks)


def _caption(contents: ReportContents, readout: str) -> str:
    assert contents.dose_response is not None
    attrs, doses = contents.dose_response.attrs, contents.dose_response["dose"].to_numpy()
    return (
        f"Expected signal of {readout} at {attrs['time']} as a share of the signal without {attrs['inhibitor']}, over "
        f"{doses.size} doses from {number_text(float(doses.min()))} to {number_text(float(doses.max()))} nM. Lines: "
        "medians; bands: central 50 % and 90 % intervals over the posterior draws and the inhibitor's own prior, "
        "without measurement noise. Dashed: half. Dose 0 stands left of the break in the axis. Below: the IC50 over "
        f"the draws in which it exists, each short tick a draw. {' '.join(answer_sentences(contents))}"
    )


def _ic50_table(summary: pd.DataFrame) -> Table:
    rows = tuple(
        (
            row.stimulus,
            number_text(row.median),
            interval_text(row.lower_95, row.upper_95),
            _draws_text(row.share_existing),
        )
        for row in summary.itertuples()
    )
    columns = (("stimulus", _TEXT), ("IC50, median (nM)", _NUMBER), ("95 % interval (nM)", _NUMBER),
               ("exists in", _NUMBER))  # fmt: skip
    caption = (
        "Median and central 95 % interval over the draws in which the curve falls to half within the doses; "
        "a curve that does not is counted in the last column and not extrapolated."
    )
    return Table("IC50.", caption, columns, rows)
