"""What each check of convergence is called, how its limit is read, and what to try when it fails."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jakstat.reports.tables.number_format import number_text, share_text
from jakstat.simulation import SolveStatus

_STATUSES = " ".join(
    f"{status.name.lower()}: {status.sentence}" for status in SolveStatus if status is not SolveStatus.SUCCESS
)


@dataclass(frozen=True)
class CheckText:
    """Name of a check for people, sign of its limit, and sentences on what to try when it fails."""

    name: str
    sign: str
    advice: tuple[str, ...]


_TEXTS = {
    "r_hat": CheckText(
        "R-hat, largest",
        "≤",
        (
            "The chains do not agree on the posterior. Look at the table of modes: where chains sit in different "
            "modes, "
            "more draws do not help; stronger priors from other data, or one more measurement that tells the modes "
            "apart, "
            "do.",
            "Where there is one mode only, raise sampling.tune (twice as many warm-up draws) and sampling.draws, and "
            "use "
            "sampling.adaptation: low_rank for correlated parameters.",
            "A parameter whose prior and posterior are nearly equal and very wide is not identified: narrow its prior "
            "with "
            "a source, or fix it.",
        ),
    ),
    "ess_bulk": CheckText(
        "bulk ESS, smallest",
        "≥",
        (
            "Too few independent draws for means and medians: raise sampling.draws. If R-hat fails too, follow its "
            "advice "
            "first.",
            "Very few effective draws per draw mean strongly correlated parameters: use sampling.adaptation: "
            "low_rank, a "
            "longer warm-up, or a product of parameters in place of both.",
        ),
    ),
    "ess_tail": CheckText(
        "tail ESS, smallest",
        "≥",
        (
            "Too few independent draws for the ends of intervals: raise sampling.draws.",
            "A heavy tail of a parameter that the data do not limit costs many draws: see whether its prior can be "
            "narrowed with a source.",
        ),
    ),
    "divergences": CheckText(
        "divergences",
        "≤",
        (
            "The sampler met places that its steps are too long for, and may have missed part of the posterior there: "
            "raise sampling.target_accept (0.95, then 0.99), which makes steps shorter, and sampling.tune.",
            "A failed solve counts as a divergence too: if the share of failed solves is not 0, look there first.",
            "Divergences that remain point to a funnel, often a noise scale that goes to 0: give it a prior that "
            "keeps off "
            "0.",
        ),
    ),
    "bfmi": CheckText(
        "E-BFMI, smallest",
        "≥",
        (
            "Energy changes too little between draws, so that tails are explored slowly: look for very wide priors "
            "and for "
            "heavy tails of noise scales; narrow them with a source, or raise sampling.tune.",
        ),
    ),
    "failed_solve_share": CheckText(
        "share of failed solves",
        "≤",
        (
            f"The equations could not be solved at part of the parameters. The log of sampling names how the solves "
            f"ended. "
            f"{_STATUSES}",
            "Priors that allow rates many orders of magnitude apart are the usual cause: narrow them with a source; "
            "else "
            "raise solver.max_steps.",
        ),
    ),
    "tolerance_khat": CheckText(
        "k-hat of the solve's tolerance",
        "≤",
        (
            "A tight solve raises the likelihood of some draws so much over that of the others that the posterior of "
            "the "
            "fit cannot stand for the exact one: divide solver.rtol and solver.atol by 10.",
            "Undefined: too many draws could not be solved with the tolerances of tolerance_check, or there are fewer "
            "than "
            "25. The section on exactness says how many; raise tolerance_check.max_steps, or loosen its rtol and atol.",
        ),
    ),
    "tolerance_difference": CheckText(
        "change of log likelihood by a tight solve, largest",
        "≤",
        (
            "The likelihood that the sampler saw is off by more than Monte Carlo error hides: divide solver.rtol and "
            "solver.atol by 10.",
            "Where only a few draws change much, a solve is near a blow-up, or a signal is near 0 under logarithmic "
            "noise: "
            "solver.atol is a share of how large each state becomes: make it small beside what a measurement sees of "
            "that.",
        ),
    ),
}


def check_text(name: str) -> CheckText:
    """Return what is said of a check; one that is not known here is called by its own name."""
    return _TEXTS.get(name, CheckText(name, "limit", ("Nothing is known here about what to try for this check.",)))


def value_text(name: str, value: float | None) -> str:
    """Return a check's value or limit in the form that fits it; the word ``undefined`` where it is None or NaN."""
    if value is None or value != value:
        return "undefined"
    if name == "failed_solve_share":
        return share_text(value, 2)
    if name == "r_hat":
        return f"{value:.3f}"
    return f"{value:,.0f}" if name in ("ess_bulk", "ess_tail", "divergences") else number_text(value, 2)


def found_text(check: Mapping[str, Any]) -> str:
    """Return a check as ``R-hat, largest: 1.120, must be ≤ 1.010``."""
    text = check_text(check["name"])
    found, limit = value_text(check["name"], check["value"]), value_text(check["name"], check["limit"])
    return f"{text.name} ({check['name']}): {found}, must be {text.sign} {limit}"
