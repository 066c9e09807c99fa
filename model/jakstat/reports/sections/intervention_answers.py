"""The section on drugs, alterations and pairs on a problem without cell lines."""

from collections.abc import Sequence

import pandas as pd
import xarray as xr

from jakstat.problem import ProblemTables, status_text
from jakstat.reports.figures import combination_figure, figure_svg, observable_name, response_figure
from jakstat.reports.page import Block, Items, Paragraph, Picture, Section, Table
from jakstat.reports.report_contents import InterventionResults
from jakstat.reports.tables import interval_text, measure_table, number_text, share_text, status_cell
from jakstat.scenarios import HOUR_IN

_TEXT, _NUMBER = False, True


def intervention_sentences(results: InterventionResults, tables: ProblemTables) -> list[str]:
    """Return a sentence for the IC50 of each inhibitor on each of the cells, and one on what it rests on."""
    read = _what_is_read(results.response, tables)
    top = number_text(float(results.response["dose"].max()))
    found = []
    for row in results.measures[results.measures["metric"] == "ic50"].to_dict(orient="records"):
        subject = f"With {row['drug']}, {row['cells']}: {read}"
        if not row["share_existing"] > 0:
            found.append(f"{subject} falls to half at no dose up to {top} nM, in any draw; there is no IC50.")
            continue
        share = "all draws" if row["share_existing"] == 1 else f"{share_text(row['share_existing'], 1)} of the draws"
        found.append(
            f"{subject} falls to half at {number_text(row['median'])} nM (IC50, median; 90 % interval "
            f"{interval_text(row['lower_90'], row['upper_90'])} nM; it exists in {share})."
        )
    return [*found, *results.response.attrs.get("notes", [])]


def _what_is_read(response: xr.DataArray, tables: ProblemTables) -> str:
    """Return what is read and when, for people."""
    readout = response.attrs["observable"]
    names = {observable.id: observable_name(observable) for observable in tables.observables}
    hours = response.attrs["time_h"]
    time = f"{hours:g} h" if tables.time_unit in HOUR_IN and tables.time_unit else f"time {hours:g}"
    return f"the signal of {names.get(readout, readout)} at {time}"


def intervention_section(results: InterventionResults, tables: ProblemTables) -> Section:
    """Show dose responses, IC50s, fold shifts and pairs, and the formulas and priors that they rest on."""
    response = results.response
    caption = (
        f"Predicted share of {_what_is_read(response, tables)} of the experiment, beside that without drug: median and "
        "90 % interval of the expected signal, without measurement noise. Drugs are present from the start at constant "
        "concentration. Constants of drugs and alterations keep the priors of their tables, and the bands are as wide."
    )
    nothing = pd.DataFrame({name: [] for name in ("observable", "cells", "drug", "dose_nM", "value")})
    blocks: list[Block] = [
        Picture(figure_svg(response_figure(response, nothing)), "Dose responses.", caption),
        measure_table(results.measures, ("cells", "drug"), "intervention_measures.tsv"),
    ]
    if len(results.shifts):
        blocks.append(_shift_table(results.shifts))
    for reference, name in (("bliss", "Bliss"), ("loewe", "Loewe")) if results.pairs else ():
        blocks.append(
            Picture(
                figure_svg(combination_figure(results.pairs, reference)),
                f"Excess over {name}.",
                f"Median excess of the effect over {name}; a dot where its sign is sure in 95 % of draws.",
            )
        )
    if results.pairs:
        blocks.append(
            Paragraph(
                "Two drugs whose formulas divide the same parameter one after the other multiply; for "
                "one site that both share, let them add to one parameter (docs/interventions.md)."
            )
        )
    blocks += _what_it_rests_on(response)
    return Section("interventions", "Drugs and alterations", blocks)


def _what_it_rests_on(response: xr.DataArray) -> list[Block]:
    """Return the formulas of the drugs and the priors of their constants."""
    formulas, priors = (tuple(response.attrs.get(name, ())) for name in ("acts_on", "priors"))
    blocks: list[Block] = (
        [Paragraph("What the drugs do, as formulas on parameters of the model (dose in nM):"), Items(formulas)]
        if formulas
        else []
    )
    if priors:
        blocks += [Paragraph("Priors of constants that the fit knows nothing of:"), Items(priors)]
    unread = {str(status) for status in response.attrs.get("prior_statuses", ())} - {"read"}
    if unread:
        found = " or ".join(status_text(status) for status in sorted(unread))
        blocks.append(Paragraph(f"Part of these priors is {found}: the IC50s rest on it.", "note"))
    return blocks


def _shift_table(shifts: pd.DataFrame) -> Table:
    rows = tuple(
        (
            row["cells"],
            row["drug"],
            status_cell(row["status"]),
            number_text(row["fold_shift_median"]),
            interval_text(row["fold_shift_lower_90"], row["fold_shift_upper_90"]),
            share_text(row["share_changed_above"]),
            share_text(row["emax_change_median"]),
        )
        for row in shifts.to_dict(orient="records")
    )
    columns: Sequence[tuple[str, bool]] = (
        ("cells", _TEXT),
        ("drug", _TEXT),
        ("size of the alteration", _TEXT),
        ("fold shift of the IC50", _NUMBER),
        ("90 % interval", _NUMBER),
        ("IC50 beyond the doses", _NUMBER),
        ("change of largest effect", _NUMBER),
    )
    caption = "Beside the same experiment without alterations, with what the size of the alteration rests on."
    return Table("Fold shifts.", caption, tuple(columns), rows)
