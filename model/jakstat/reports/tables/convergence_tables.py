"""What a fit's diagnostics say in words and tables: verdict, checks, worst parameters, modes. Draws nothing."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from jakstat.reports.page import Block, Cell, Paragraph, Table
from jakstat.reports.tables.convergence_advice import check_text, value_text
from jakstat.reports.tables.number_format import quantity_text, share_text

if TYPE_CHECKING:
    from jakstat.problem import Parameter

_TEXT, _NUMBER = False, True
_WORST = 8


def verdict(convergence: Mapping[str, Any]) -> Paragraph:
    """Return the sentence that says which checks hold."""
    checks = convergence["checks"]
    failed = [check_text(check["name"]).name for check in checks if not check["passed"]]
    if not failed:
        return Paragraph(f"All {len(checks)} checks of convergence hold.", "good")
    return Paragraph(f"{len(failed)} of {len(checks)} checks of convergence fail: {'; '.join(failed)}.", "bad")


def check_table(convergence: Mapping[str, Any]) -> Table:
    """Return the table of checks with value, limit and verdict."""
    rows = []
    for check in convergence["checks"]:
        text = check_text(check["name"])
        held = Cell("✓ holds", "good") if check["passed"] else Cell("✗ fails", "bad")
        rows.append(
            (
                text.name,
                value_text(check["name"], check["value"]),
                f"{text.sign} {value_text(check['name'], check['limit'])}",
                held,
                check["sentence"],
            )
        )
    columns = (("check", _TEXT), ("value", _NUMBER), ("must be", _NUMBER), ("verdict", _TEXT), ("meaning", _TEXT))
    failed = sum(not check["passed"] for check in convergence["checks"])
    caption = (
        f"{len(rows) - failed} of {len(rows)} hold. One that fails stops the run before anything is predicted, "
        "unless gates.override of the configuration names it."
    )
    return Table("Checks of convergence.", caption, columns, tuple(rows))


def worst_parameters(diagnostics: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the parameters with the largest R-hat, undefined ones first."""
    table = pd.DataFrame(list(diagnostics), columns=["parameter", "r_hat", "ess_bulk", "ess_tail"])
    numbers = ["r_hat", "ess_bulk", "ess_tail"]
    table[numbers] = table[numbers].astype(float)
    return table.sort_values("r_hat", ascending=False, na_position="first").head(_WORST)


def worst_table(worst: pd.DataFrame) -> Table:
    """Return the table of the worst parameters."""
    rows = tuple(
        (
            row.parameter,
            value_text("r_hat", row.r_hat),
            value_text("ess_bulk", row.ess_bulk),
            value_text("ess_tail", row.ess_tail),
        )
        for row in worst.itertuples()
    )
    columns = (("parameter", _TEXT), ("R-hat", _NUMBER), ("bulk ESS", _NUMBER), ("tail ESS", _NUMBER))
    caption = (
        "R-hat near 1: chains agree. ESS: effective number of independent draws, for medians and for interval ends."
    )
    return Table(f"The {len(rows)} parameters with the largest R-hat.", caption, columns, rows)


def mode_blocks(modes: pd.DataFrame, parameters: "Sequence[Parameter]" = ()) -> list[Block]:
    """Return the modes with their weights, or a sentence that there is but one."""
    if not len(modes):
        return [Paragraph("Every parameter's posterior has one mode: no second peak was found in any marginal.")]
    units = {parameter.id: parameter.unit for parameter in parameters}
    chains = [name for name in modes.columns if name.startswith("chain_")]
    rows = tuple(
        (
            record["parameter"],
            str(int(record["mode"]) + 1),
            quantity_text(float(record["peak"]), units.get(record["parameter"], "")),
            share_text(float(record["weight"]), 1),
            *(share_text(float(record[name]), 1) for name in chains),
        )
        for record in modes.to_dict(orient="records")
    )
    columns = (
        ("parameter", _TEXT),
        ("mode", _NUMBER),
        ("peak at", _NUMBER),
        ("weight", _NUMBER),
        *((name.replace("_", " "), _NUMBER) for name in chains),
    )
    split = modes["parameter"].nunique()
    caption = (
        f"{split} parameter{'s have' if split > 1 else ' has'} more than one peak in the marginal posterior. Modes "
        "that remain are shown with their weights, not hidden. Weight: share of all draws in the mode; then the share "
        "of each chain's. Where chains differ much in these shares, the weights are not to be trusted."
    )
    return [Table("Modes.", caption, columns, rows)]
