"""Draws of parameters on the scale that is sampled: where every number is allowed, in the order of the model."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from jakstat.problem import Parameter
from jakstat.statistics.priors import variables_of


def on_sampled_scale(model: pm.Model, parameters: Sequence[Parameter], draws: Mapping[str, np.ndarray]) -> xr.DataArray:
    """Return draws of parameters as points of the space that a sampler moves in.

    Parameters
    ----------
    model : pm.Model
        As :func:`jakstat.statistics.build_model` makes it of ``parameters``.
    parameters : sequence of Parameter
        The estimated ones, in the order of the problem's table.
    draws : mapping of str to (draw,) array
        Linear scale; there may be others, and not all.

    Returns
    -------
    DataArray
        Dims draw, parameter; in the order of the model's free variables. NaN for a parameter without draws, and where a
        value lies outside of the prior's bounds or on one of them.
    """
    members = variables_of(parameters)
    length = len(next(iter(draws.values())))
    unknown = np.full(length, np.nan)
    columns = []
    for variable in model.free_RVs:
        of_variable = np.stack([draws.get(parameter.id, unknown) for parameter in members[variable.name]], axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.log(of_variable) if variable.name.startswith("log_parameter") else of_variable
        columns.append(_transformed(model, variable, values if variable.ndim else values[:, 0]).reshape(length, -1))
    points = np.concatenate(columns, axis=-1)
    order = [parameter.id for variable in model.free_RVs for parameter in members[variable.name]]
    return xr.DataArray(
        np.where(np.isfinite(points), points, np.nan), dims=("draw", "parameter"), coords={"parameter": order}
    )


def _transformed(model: pm.Model, variable: Any, values: np.ndarray) -> np.ndarray:
    transform = model.rvs_to_transforms[variable]
    if transform is None:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return transform.forward(pt.as_tensor_variable(values), *variable.owner.inputs).eval(mode="FAST_COMPILE")
