"""What a fit takes over from an earlier one: where its chains start, and the coordinates in which it samples.

Starts are draws of the earlier posterior, one a chain, far apart: each is the candidate farthest from those that were
taken before it (farthest-first traversal). So they are spread wider
than independent draws, and R-hat still tells chains that do not mix. What the earlier fit never found, such as a mode,
R-hat cannot tell: chains that start in what it knew need not find it either.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import xarray as xr
from arviz_stats import ess
from nutpie.compiled_pyfunc import from_pyfunc

from jakstat.files import UnusableFileError
from jakstat.inference.linear_coordinates import LinearCoordinates, coordinates_of_draws, to_place
from jakstat.problem import PROBLEM_DIGESTS, ProblemTables, parameter_draws, problem_digests
from jakstat.statistics import on_sampled_scale

#: Draws that starts are chosen from; more would be the outermost ones, where a posterior with long tails is slow.
_CANDIDATES_A_CHAIN = 25
#: A parameter most of whose earlier draws lie beyond the bounds of its prior now counts as one without draws.
_LEAST_INSIDE = 0.5
#: nutpie takes no shorter run.
_SHORTEST = {"draws": 1, "tune": 10}


@dataclass(frozen=True)
class EarlierFit:
    """What a fit takes over.

    Parameters
    ----------
    coordinates : LinearCoordinates
        In which the earlier draws have about unit covariance.
    starts : (chain, parameter) array
        Coordinates; NaN for a parameter that the earlier fit did not have.
    missing : tuple of str
        Parameters that the earlier fit did not have.
    is_same_problem : bool
        Whether it was a fit of the same model, priors and measurements.
    """

    coordinates: LinearCoordinates
    starts: np.ndarray
    missing: tuple[str, ...]
    is_same_problem: bool


def read_earlier_fit(
    drawn: xr.DataTree, tables: ProblemTables, model: pm.Model, chains: int, rng: np.random.Generator
) -> EarlierFit:
    """Return what a fit takes over from draws of an earlier one.

    Parameters
    ----------
    drawn : DataTree
        As :func:`jakstat.inference.sample_posterior` returns it.
    tables : ProblemTables
        What is fitted now.
    model : pm.Model
        Of ``tables``.
    chains : int
    rng : Generator
        Of the candidates.

    Raises
    ------
    UnusableFileError
        The earlier fit has no parameter of this problem.
    """
    draws = parameter_draws(drawn)
    estimated = [parameter for parameter in tables.parameters if parameter.estimated]
    by_name = {str(name): draws.sel(parameter=name).to_numpy().ravel() for name in draws["parameter"].to_numpy()}
    scaled = on_sampled_scale(model, estimated, by_name)
    inside = np.isfinite(scaled.to_numpy())
    is_known = inside.mean(axis=0) > _LEAST_INSIDE
    usable = inside[:, is_known].all(axis=1)
    if not is_known.any() or not usable.any():
        file = drawn.encoding.get("source", "the earlier fit")
        raise UnusableFileError(
            f"{file}: found draws of {', '.join(list(by_name)[:5])}; needed, to start from: draws of parameters of "
            f"{tables.id}, some of them within the bounds of all their priors"
        )
    initial = model.initial_point()
    middle = np.concatenate([np.ravel(initial[model.rvs_to_values[variable].name]) for variable in model.free_RVs])
    points = np.where(is_known, scaled.to_numpy(), np.nan)[usable]
    coordinates = coordinates_of_draws(points, _worth(draws), middle)
    candidates = rng.permutation(len(points))[: _CANDIDATES_A_CHAIN * chains]
    starts = far_apart(to_place(coordinates, np.where(is_known, points[candidates], middle)), chains)
    stored = drawn.attrs.get(PROBLEM_DIGESTS)
    return EarlierFit(
        coordinates,
        np.where(is_known, starts, np.nan),
        tuple(map(str, scaled["parameter"].to_numpy()[~is_known])),
        stored is not None and dict(stored) == problem_digests(tables),
    )


def _worth(draws: xr.DataArray) -> float:
    """Return how many independent draws a parameter's are worth, median over parameters."""
    sizes = ess(draws.to_dataset(name="value"))["value"].to_numpy()
    return float(np.nanmedian(sizes)) if np.isfinite(sizes).any() else 1.0


def far_apart(candidates: np.ndarray, count: int) -> np.ndarray:
    """Return ``count`` of (candidate, parameter) places, each the farthest from those before it.

    The first is that farthest from the middle of all. Where there are fewer candidates than asked for, they repeat.
    """
    distance = np.linalg.norm(candidates - candidates.mean(axis=0), axis=1)
    chosen = [int(np.argmax(distance))]
    nearest = np.linalg.norm(candidates - candidates[chosen[0]], axis=1)
    while len(chosen) < count:
        chosen.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, np.linalg.norm(candidates - candidates[chosen[-1]], axis=1))
    return candidates[chosen]


def seeds_of_chains(seed: int, chains: int) -> list[int]:
    """Return the seeds that nutpie asks for the chains' starts with, by chain.

    nutpie hands a chain's seed to what gives its start, not its number, and threads ask in any order. The seeds depend
    on the sampler's seed and the chain's number alone, so that a run of a standard normal, one chain after the other,
    tells them.
    """
    seeds: list[int] = []

    def start(of_chain: int) -> np.ndarray:
        seeds.append(of_chain)
        return np.ones(1)

    normal = from_pyfunc(
        1,
        lambda: lambda point: (-0.5 * float(point @ point), -point),
        lambda *_: lambda point: {"point": point},
        [np.dtype(float)],
        [(1,)],
        ["point"],
        make_initial_point_fn=start,
    )
    nutpie.sample(normal, chains=chains, cores=1, seed=seed, progress_bar=False, return_raw_trace=True, **_SHORTEST)
    return seeds


def start_by_seed(
    earlier: EarlierFit, seeds: list[int], jittered: Callable[[Any], np.ndarray]
) -> Callable[[int], np.ndarray]:
    """Return what gives a chain's start, in coordinates, by the seed that nutpie asks with.

    Parameters
    ----------
    earlier : EarlierFit
    seeds : list of int
        Of the chains; see :func:`seeds_of_chains`. Another seed is that of a chain whose start had no density: it takes
        one of the starts by chance.
    jittered : callable
        Seed -> a point around the prior's median (sampled scale), for parameters that the earlier fit did not have.
    """
    by_seed = dict(zip(seeds, earlier.starts, strict=True))

    def start(seed: int) -> np.ndarray:
        place = by_seed.get(seed)
        if place is None:
            place = earlier.starts[np.random.default_rng(seed).integers(len(earlier.starts))]
        if not earlier.missing:
            return place.copy()
        return np.where(np.isnan(place), to_place(earlier.coordinates, jittered(seed)), place)

    return start
