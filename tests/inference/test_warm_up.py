"""How long a fit warms up that starts from an earlier one, and what says that it was too short."""

import numpy as np
import pytest
import xarray as xr

from jakstat.inference.earlier_fit import EarlierFit
from jakstat.inference.linear_coordinates import LinearCoordinates
from jakstat.inference.warm_up import unsettled_chains, warm_up_after


def earlier(is_same_problem: bool, missing: tuple[str, ...] = ()) -> EarlierFit:
    coordinates = LinearCoordinates(np.zeros(3), np.ones(3), np.eye(3))
    return EarlierFit(coordinates, np.zeros((2, 3)), missing, is_same_problem)


@pytest.mark.parametrize(("tune", "draws"), [(3000, 300), (1000, 100), (400, 100), (60, 60)])
def test_the_same_problem_warms_up_for_a_tenth_and_at_least_100_draws(tune, draws):
    warm_up = warm_up_after(earlier(True), tune, "low_rank")
    assert (warm_up.draws, warm_up.adaptation) == (draws, "diag")


@pytest.mark.parametrize(("tune", "draws"), [(1000, 500), (300, 200), (60, 60)])
def test_another_problem_warms_up_for_half_with_the_metric_that_is_asked_for(tune, draws):
    warm_up = warm_up_after(earlier(False, ("k",)), tune, "low_rank")
    assert (warm_up.draws, warm_up.adaptation) == (draws, "low_rank")
    assert "2 of these 3 parameters" in warm_up.why


def stats(accepted: list[float], steps: list[float]) -> xr.Dataset:
    names = {"mean_tree_accept": accepted, "step_size": steps}
    return xr.Dataset({name: (("chain", "draw"), np.repeat([values], 5, 0).T) for name, values in names.items()})


@pytest.mark.parametrize(
    ("accepted", "steps", "sentences"),
    [
        ([0.78, 0.84], [0.2, 0.3], []),
        ([0.78, 0.55], [0.2, 0.3], ["chain 1 accepts 0.550 (aim 0.8)"]),
        ([0.99, 0.8], [0.2, 0.3], ["chain 0 accepts 0.990 (aim 0.8)"]),
        ([0.8, np.nan], [0.2, 0.3], ["chain 1 accepts nan (aim 0.8)"]),
        ([0.8, 0.8], [0.02, 0.3], ["step sizes of chains from 0.02 to 0.3"]),
    ],
)
def test_chains_that_have_not_settled_are_named(accepted, steps, sentences):
    assert unsettled_chains(stats(accepted, steps), 0.8) == sentences
