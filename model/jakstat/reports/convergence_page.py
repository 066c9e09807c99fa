"""The page that says whether a fit converged: one HTML file that opens offline."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from jakstat.reports.page import Block, Items, Page, Paragraph, Section, render_page
from jakstat.reports.sections import tolerance_section
from jakstat.reports.tables import (
    check_table,
    check_text,
    found_text,
    mode_blocks,
    verdict,
    worst_parameters,
    worst_table,
)


def render_convergence_page(
    convergence: Mapping[str, Any],
    modes: pd.DataFrame,
    study: str,
    advice: Sequence[str] = (),
    tolerance: Mapping[str, Any] | None = None,
) -> str:
    """Return a page that says which checks of a fit hold, which do not, and what to try.

    Parameters
    ----------
    convergence : mapping
        ``Convergence.as_dict()``.
    modes : DataFrame
        From ``find_modes``.
    study : str
        Title or id of the study.
    advice : sequence of str
        More sentences on what to try, after those for each failed check.
    tolerance : mapping, optional
        ``ToleranceCheck.as_dict()``.

    Returns
    -------
    str
        One HTML document, styles inline, nothing loaded from elsewhere.
    """
    failed = [check for check in convergence["checks"] if not check["passed"]]
    summary = [verdict(convergence), *(Paragraph(f"{found_text(check)}.", "bad") for check in failed)]
    if failed:
        summary.append(
            Paragraph(
                "Nothing is predicted from this fit, unless these checks are named in gates.override "
                "of the configuration; every figure and table then carries a warning."
            )
        )
    sections = [
        *([Section("advice", "What to try", _advice_blocks(failed, advice))] if failed or advice else []),
        Section(
            "checks", "Checks", [check_table(convergence), worst_table(worst_parameters(convergence["parameters"]))]
        ),
        tolerance_section(tolerance, convergence),
        Section("modes", "Modes", mode_blocks(modes)),
    ]
    return render_page(
        Page(
            title=f"Convergence of {study}",
            subtitle="Whether the chains agree, so that the posterior may be used",
            summary=tuple(summary),
            sections=sections,
        )
    )


def _advice_blocks(failed: Sequence[Mapping[str, Any]], advice: Sequence[str]) -> list[Block]:
    blocks: list[Block] = []
    for check in failed:
        blocks += [Paragraph(f"{check_text(check['name']).name}:"), Items(check_text(check["name"]).advice)]
    if advice:
        blocks.append(Items(tuple(advice)))
    return blocks
