"""How long a fit that starts from an earlier one warms up, and whether that was enough.

The rule is fixed before anything is drawn. Where the earlier fit was one of the same problem, its draws need no search
and its covariance no correction but of scale: a tenth of the warm-up that is asked for (at least 100 draws), and a
diagonal metric in the coordinates, which have the correlations already. A low-rank one, estimated from so few draws,
adds noise. Elsewhere half of it, with the metric that is asked for. What was tried, and what it gave, is in
docs/method.md.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from jakstat.inference.earlier_fit import EarlierFit

#: Draws below which nutpie has no time for a window of its metric and for the step size after it (assumed).
_LEAST_SAME, _LEAST_OTHER = 100, 200
#: How many times as many rejections as aimed at, and how many times fewer, are still a step size that has settled, and
#: how many times the step sizes of two chains may differ (assumed; healthy runs were within 1.5, 1.3 and 1.3).
_MOST_REJECTED, _LEAST_REJECTED, _MOST_UNLIKE = 2.0, 4.0, 3.0


@dataclass(frozen=True)
class WarmUp:
    """Draws of each chain before those that are kept, nutpie's metric, and a sentence that says why so many."""

    draws: int
    adaptation: str
    why: str


def warm_up_after(earlier: EarlierFit, tune: int, adaptation: str) -> WarmUp:
    """Return the warm-up of a fit that starts from an earlier one, of which ``tune`` draws were asked for."""
    if earlier.is_same_problem:
        return WarmUp(min(tune, max(tune // 10, _LEAST_SAME)), "diag", "the earlier fit is of the same problem")
    known = len(earlier.coordinates.centre) - len(earlier.missing)
    why = f"the earlier fit is of another problem, with {known} of these {len(earlier.coordinates.centre)} parameters"
    return WarmUp(min(tune, max(tune // 2, _LEAST_OTHER)), adaptation, why)


def unsettled_chains(stats: xr.Dataset, target_accept: float) -> list[str]:
    """Return what says that a warm-up was too short, a sentence each; none where nothing does.

    Parameters
    ----------
    stats : Dataset
        nutpie's ``sample_stats`` of the draws after it: ``mean_tree_accept`` and ``step_size`` (chain, draw).
    target_accept : float
        Acceptance that the step size aims at, between 0 and 1.
    """
    found = []
    accepted = stats["mean_tree_accept"].mean("draw").to_numpy()
    rejected = (1.0 - accepted) / (1.0 - target_accept)
    for chain in np.flatnonzero(~((rejected <= _MOST_REJECTED) & (rejected >= 1.0 / _LEAST_REJECTED))):
        found.append(f"chain {chain} accepts {accepted[chain]:.3f} (aim {target_accept})")
    steps = stats["step_size"].median("draw").to_numpy()
    if not steps.max() <= _MOST_UNLIKE * steps.min():
        found.append(f"step sizes of chains from {steps.min():.2g} to {steps.max():.2g}")
    return found
