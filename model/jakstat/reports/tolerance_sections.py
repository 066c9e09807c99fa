"""The section on the solver's tolerance: what a tight solve says of the posterior's draws, in words."""

from collections.abc import Mapping
from typing import Any

from jakstat.reports.convergence_advice import check_text, value_text
from jakstat.reports.number_text import number_text, share_text
from jakstat.reports.page import Block, Paragraph, Section


def tolerance_section(tolerance: Mapping[str, Any] | None, convergence: Mapping[str, Any]) -> Section:
    """Whether the equations were solved exactly enough.

    Parameters
    ----------
    tolerance : mapping or None
        ``ToleranceCheck.as_dict()``; None where it was not checked.
    convergence : mapping
        ``Convergence.as_dict()``.
    """
    title = "Exactness of the solve"
    if tolerance is None:
        return Section("tolerance", title, [Paragraph("The solver's tolerance was not checked.")])
    return Section("tolerance", title, [_verdict(convergence), *_found(tolerance)])


def _verdict(convergence: Mapping[str, Any]) -> Paragraph:
    failed = [check_text(check["name"]).name for check in convergence["checks"]
              if check["name"].startswith("tolerance_") and not check["passed"]]  # fmt: skip
    if failed:
        return Paragraph(f"The equations were not solved exactly enough for this fit: {'; '.join(failed)}.", "bad")
    return Paragraph("The equations were solved exactly enough for this fit.", "good")


def _found(tolerance: Mapping[str, Any]) -> list[Block]:
    fit, tight = tolerance["fit"], tolerance["tight"]
    solved = (
        f"{tolerance['draws']:,} draws were solved again with tolerances {number_text(tight['rtol'], 1)} (relative) "
        f"and {number_text(tight['atol'], 1)} (absolute); the fit had {number_text(fit['rtol'], 1)} and "
        f"{number_text(fit['atol'], 1)}."
    )
    if tolerance["failed_solves"]:
        solved += f" {tolerance['failed_solves']:,} of them could not be solved and are left out."
    changed = (
        f"Their log likelihood changes by {number_text(tolerance['largest_difference'], 2)} at most and by "
        f"{number_text(tolerance['mean_difference'], 2)} on average. Weighted by that change, the draws stand for the "
        "posterior of the tight solve: no posterior mean moves by more than "
        f"{number_text(tolerance['largest_shift'], 2)} of its standard deviation, and the weighted draws are worth "
        f"{share_text(tolerance['ess_share'], 1)} of their number."
    )
    return [Paragraph(solved), Paragraph(changed), Paragraph(_k_hat_sentence(tolerance["k_hat"]))]


def _k_hat_sentence(k_hat: float | None) -> str:
    if k_hat == 0:
        return "The weights are equal but for what no result shows: no correction is needed, and k-hat is set to 0."
    return (f"k-hat of the weights is {value_text('tolerance_khat', k_hat)}. Where it is large, a few draws carry most "
            "of the weight, and the true change may be larger than what these draws show.")  # fmt: skip
