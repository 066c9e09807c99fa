"""What a fit says of its cells without any drug: noise of what is read, and growth."""

from collections.abc import Sequence

import numpy as np
import sympy as sp
import xarray as xr

from jakstat.pathway import names_in
from jakstat.predictions.fit import Fit, StudyFit, prior_draws
from jakstat.predictions.formula_draws import formulas_over_draws
from jakstat.problem import Observable, ProblemTables
from jakstat.scenarios import HOUR_IN, AlteredCells, Scenarios


def noise_scale(fit: Fit[Scenarios], observable_id: str, signal: np.ndarray) -> np.ndarray:
    """Return the noise scale of an observable at signals of each draw, (chain, draw).

    Raises
    ------
    NotImplementedError
        Its noise formula names more than parameters and the signal.
    """
    observable = observable_of(fit.tables, observable_id)
    known = _known_values(fit) | {observable.id: signal}
    names = sorted(names_in(observable.noise_formula))
    absent = [name for name in names if name not in known]
    if absent:
        raise NotImplementedError(
            f"the noise of {observable.id} depends on {', '.join(absent)}, not on parameters alone"
        )
    function = sp.lambdify([sp.Symbol(name, real=True) for name in names], observable.noise_formula, "numpy")
    return np.broadcast_to(function(*(known[name] for name in names)), signal.shape)


def _known_values(fit: Fit[Scenarios]) -> dict[str, np.ndarray | float]:
    """Return every parameter of the fit: (chain, draw) arrays, numbers for those that are not estimated."""
    fixed = {
        parameter.id: parameter.nominal
        for parameter in fit.tables.parameters
        if not parameter.estimated and parameter.nominal is not None
    }
    drawn = {name: fit.posterior.values[..., number] for number, name in enumerate(fit.posterior.parameters)}
    return fixed | drawn


def growth_rates(fit: StudyFit, cells: Sequence[AlteredCells]) -> xr.DataArray:
    """Return the growth rate of cells without drug in each draw.

    Returns
    -------
    DataArray
        Dims chain, draw, cells; 1/h; 0 for cells that do not grow, or whose growth no table knows.
    """
    formulas, more = fit.scenarios.growth_of([(line.cell_line, line.alterations) for line in cells])
    shape = fit.posterior.values.shape[:2]
    known = _known_values(fit)
    known |= {
        parameter.id: parameter.nominal
        for parameter in more
        if not parameter.estimated and parameter.nominal is not None
    }
    free = [parameter for parameter in more if parameter.estimated]
    drawn = prior_draws(free, shape[0] * shape[1], fit.seed)
    values = {name: np.ravel(values) for name, values in known.items()} | {
        parameter.id: drawn[:, number] for number, parameter in enumerate(free)
    }
    rates = formulas_over_draws(formulas, values).reshape(*shape, len(cells))
    per_hour = rates * HOUR_IN[fit.scenarios.time_unit]
    coords = dict(fit.posterior.coords) | {"cells": [line.label for line in cells]}
    return xr.DataArray(per_hour, dims=("chain", "draw", "cells"), coords=coords, attrs={"units": "1/h"})


def observable_of(tables: ProblemTables, name: str) -> Observable:
    """Return an observable by its id."""
    return next(observable for observable in tables.observables if observable.id == name)
