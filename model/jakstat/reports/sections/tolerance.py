"""The section on the solver's tolerance: what a tight solve says of the posterior's draws, in words."""

from collections.abc import Mapping
from typing import Any

from jakstat.reports.page import Block, Paragraph, Section
from jakstat.reports.tables import check_text, number_text, share_text, value_text

# Two tight solves agree where they differ by less than any result shows (1, of the log likelihood), or by little beside
# what is judged.
_NOTHING, _SMALL_SHARE = 1e-3, 0.1


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
    failed = [
        check_text(check["name"]).name
        for check in convergence["checks"]
        if check["name"].startswith("tolerance_") and not check["passed"]
    ]
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
    judged = [Paragraph(changed), Paragraph(_k_hat_sentence(tolerance["k_hat"]))]
    return [Paragraph(solved), _reference(tolerance), *judged]


def _reference(tolerance: Mapping[str, Any]) -> Paragraph:
    """Return whether the tight solve, which judges, is exact itself."""
    if "reference_difference" not in tolerance:
        return Paragraph("Whether the tight solve is exact itself was not looked at.")
    difference, change = tolerance["reference_difference"], tolerance["largest_difference"]
    if difference is None or change is None:
        return Paragraph(
            "Whether the tight solve is exact itself is not known: no draw could be solved tighter.", "bad"
        )
    if difference > max(_NOTHING, _SMALL_SHARE * change):
        return Paragraph(
            f"The tight solve is not exact itself: with a tenth of its tolerances the log likelihood changes by up to "
            f"{number_text(difference, 2)} again, so that what follows may be wrong by that. Make rtol and atol of "
            "tolerance_check smaller.",
            "bad",
        )
    return Paragraph(
        "With a tenth of the tight tolerances the log likelihood changes by "
        f"{number_text(difference, 2)} at most: the tight solve is exact enough to judge by."
    )


def _k_hat_sentence(k_hat: float | None) -> str:
    if k_hat == 0:
        return "The weights are equal but for what no result shows: no correction is needed, and k-hat is set to 0."
    return (
        f"k-hat of the weights is {value_text('tolerance_khat', k_hat)}. Where it is large, a few draws carry most "
        "of the weight, and the true change may be larger than what these draws show."
    )
