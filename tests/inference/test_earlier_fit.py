"""A fit that starts from an earlier one: where its chains start, the same posterior, half of the gradients."""

from dataclasses import replace

import numpy as np
import nutpie
import pytest
import xarray as xr
from arviz_stats import ess

from jakstat.files import UnusableFileError
from jakstat.inference import SamplingSettings, sample_posterior, sampling
from jakstat.inference.compiled_density import compile_density
from jakstat.inference.earlier_fit import far_apart, read_earlier_fit, seeds_of_chains, start_by_seed
from jakstat.inference.linear_coordinates import to_place, to_point
from jakstat.problem import SEEN, parameter_draws, read_tables
from jakstat.statistics import SolverSettings, build_model, on_sampled_scale

SOLVER = SolverSettings(1e-4, 1e-6)
SETTINGS = SamplingSettings(chains=2, draws=300, tune=500, target_accept=0.9, maxdepth=7)


@pytest.fixture(scope="module")
def tables(repository):
    return read_tables(repository / "data/raia2011/study.yaml")


@pytest.fixture(scope="module")
def first(tables):
    return sample_posterior(tables, SETTINGS, SOLVER, seed=3, log=lambda _: None)


@pytest.fixture(scope="module")
def model(tables):
    return build_model(tables, solver=SOLVER)


@pytest.fixture
def earlier(first, tables, model):
    return read_earlier_fit(first, tables, model, 2, np.random.default_rng(1))


def gradients(tree: xr.DataTree) -> int:
    """Return the solves of all gradients, warm-up included, and of one point a draw."""
    return sum(int(outcome.split("=")[1]) for outcome in tree.attrs["solve_outcomes"])


def effective(tree: xr.DataTree) -> np.ndarray:
    return ess(np.log(parameter_draws(tree)).to_dataset(name="value"))["value"].to_numpy()


@pytest.mark.slow
def test_a_refit_gives_the_same_posterior_for_half_the_gradients(first, tables):
    lines: list[str] = []
    again = sample_posterior(tables, SETTINGS, SOLVER, seed=8, log=lines.append, start_from=first)
    assert any(
        "warm-up 100 draws instead of 500, metric diag: the earlier fit is of the same problem" in line
        for line in lines
    )
    assert gradients(again) / np.median(effective(again)) < 0.5 * gradients(first) / np.median(effective(first))
    logs = [np.log(parameter_draws(tree).to_numpy()).reshape(-1, effective(tree).size) for tree in (first, again)]
    errors = [draws.std(axis=0) / np.sqrt(effective(tree)) for draws, tree in zip(logs, (first, again), strict=True)]
    scores = (logs[0].mean(axis=0) - logs[1].mean(axis=0)) / np.hypot(*errors)
    assert np.abs(scores).max() < 4.5  # of 39 parameters
    assert logs[1].std(axis=0) == pytest.approx(logs[0].std(axis=0), rel=0.4)


def test_chains_start_at_draws_that_lie_far_apart(first, tables, model, earlier):
    points = on_sampled_scale(
        model, [parameter for parameter in tables.parameters if parameter.estimated], draws_of(first)
    ).to_numpy()
    places = to_place(earlier.coordinates, points)
    for start in earlier.starts:
        assert np.linalg.norm(places - start, axis=1).min() < 1e-6
    rng = np.random.default_rng(2)
    usual = [np.linalg.norm(places[i] - places[j]) for i, j in rng.integers(len(places), size=(200, 2))]
    assert np.linalg.norm(earlier.starts[0] - earlier.starts[1]) > np.quantile(usual, 0.9)


def draws_of(tree):
    draws = parameter_draws(tree)
    return {str(name): draws.sel(parameter=name).to_numpy().ravel() for name in draws["parameter"].to_numpy()}


def test_far_apart_takes_the_corners():
    square = np.array([[0.0, 0.0], [0.1, 0.1], [1.0, 1.0], [1.0, 0.1], [0.0, 1.1]])
    chosen = {tuple(place) for place in far_apart(square, 4)}
    assert chosen == {(0.0, 0.0), (1.0, 1.0), (1.0, 0.1), (0.0, 1.1)}
    assert far_apart(square, 7).shape == (7, 2)


def test_each_chain_gets_its_own_start_whatever_the_order_of_threads(earlier):
    seeds = seeds_of_chains(17, 2)
    start = start_by_seed(earlier, seeds, lambda _: earlier.starts[0])
    assert [start(seed).tolist() for seed in reversed(seeds)] == earlier.starts[::-1].tolist()
    assert any(np.array_equal(start(5), place) for place in earlier.starts)


def test_seeds_that_nutpie_asks_starts_with_are_those_of_a_standard_normal(model):
    compiled, asked = compile_density(model), []

    def start(seed):
        asked.append(seed)
        return compiled.initial_point_func(seed)

    spied = replace(compiled, initial_point_func=start)
    nutpie.sample(
        spied, chains=3, cores=3, seed=17, draws=3, tune=10, adaptation="low_rank", maxdepth=1, progress_bar=False
    )
    assert set(asked) >= set(seeds_of_chains(17, 3))  # and of a second try, where a start has no density
    assert len(set(seeds_of_chains(17, 3))) == 3
    assert seeds_of_chains(18, 3) != seeds_of_chains(17, 3)


def test_equal_seeds_give_equal_draws_from_an_earlier_fit(first, tables):
    short = replace(SETTINGS, draws=10, tune=20, target_accept=0.8, maxdepth=4)
    drawn = [sample_posterior(tables, short, SOLVER, 5, lambda _: None, first) for _ in range(2)]
    assert np.array_equal(*(parameter_draws(tree).to_numpy() for tree in drawn))


def test_a_parameter_that_the_earlier_fit_did_not_have_starts_around_its_prior(first, tables, model):
    fewer = first.copy()
    names = list(fewer["posterior"].attrs["parameters"])
    fewer["posterior"].attrs["parameters"] = names[1:]
    earlier = read_earlier_fit(fewer, tables, model, 2, np.random.default_rng(1))
    assert earlier.missing == (names[0],)
    place = int(np.flatnonzero(np.isnan(earlier.starts[0]))[0])
    assert earlier.coordinates.spread[place] == 1.0
    jittered = earlier.coordinates.centre + 0.5
    at = to_point(earlier.coordinates, start_by_seed(earlier, [1, 2], lambda _: jittered)(2))
    assert at[place] == pytest.approx(jittered[place])
    rest = np.arange(len(at)) != place
    assert at[rest] == pytest.approx(to_point(earlier.coordinates, np.nan_to_num(earlier.starts[1]))[rest])


def test_draws_of_nothing_in_common_are_refused(first, tables, model):
    other = first.copy()
    other["posterior"] = xr.DataTree(
        xr.Dataset(
            {"mass": (("chain", "draw"), np.ones((2, 9)))},
            {"chain": [0, 1], "draw": range(9)},
            {"parameters": ["mass"]},
        )
    )
    with pytest.raises(
        UnusableFileError, match="found draws of mass; needed, to start from: draws of parameters of raia2011"
    ):
        read_earlier_fit(other, tables, model, 2, np.random.default_rng(1))


def test_a_fit_has_seen_what_the_fit_that_it_started_from_saw(first, tables):
    one_less = replace(tables, measurements=tables.measurements[1:])
    short = replace(SETTINGS, draws=10, tune=20, target_accept=0.8, maxdepth=4)
    lines: list[str] = []
    tree = sample_posterior(one_less, short, SOLVER, 5, lines.append, first)
    assert tree.attrs[SEEN] == first.attrs[SEEN]
    assert any("the earlier fit is of another problem, with 39 of these 39 parameters" in line for line in lines)


def test_chains_that_have_not_settled_are_drawn_again_after_the_whole_warm_up(first, tables, monkeypatch):
    tunes: list[int] = []
    honest = sampling._draw
    monkeypatch.setattr(sampling, "_draw", lambda *args: tunes.append(args[1].tune) or honest(*args))
    monkeypatch.setattr(sampling, "unsettled_chains", lambda *_: ["chain 0 accepts 0.2"])
    lines: list[str] = []
    short = replace(SETTINGS, draws=10, tune=120, target_accept=0.8, maxdepth=4)
    sample_posterior(tables, short, SOLVER, 5, lines.append, first)
    assert tunes == [100, 120]
    assert any(
        "not settled after the short warm-up (chain 0 accepts 0.2): again with 120 draws" in line for line in lines
    )
