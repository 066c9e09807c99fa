"""Draws of a problem's parameters as ArviZ's users expect them: a variable for each parameter.

The group's attribute ``parameters`` lists them in the order of the problem's table, in which all arrays of draws are.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from jakstat.files import UnusableFileError
from jakstat.problem.same_problem import PARAMETERS

_DIMS = ("chain", "draw")


def parameter_dataset(values: np.ndarray, parameters: Sequence[str], units: Sequence[str] = ()) -> xr.Dataset:
    """Return draws as a dataset with a variable for each parameter.

    Parameters
    ----------
    values : (chain, draw, parameter) array
        Linear scale.
    parameters : sequence of str
        Ids, in the order of the problem's table.
    units : sequence of str, optional
        Of each parameter; none where absent.

    Returns
    -------
    Dataset
        Variables (chain, draw) with the attribute ``units``; the attribute ``parameters`` lists the ids.
    """
    units = units or [""] * len(parameters)
    variables = {
        _variable(name): (_DIMS, values[..., number], {"units": unit} if unit else {})
        for number, (name, unit) in enumerate(zip(parameters, units, strict=True))
    }
    coords = {dim: np.arange(size) for dim, size in zip(_DIMS, values.shape, strict=False)}
    return xr.Dataset(variables, coords=coords, attrs={PARAMETERS: list(parameters)})


def parameter_draws(tree: xr.DataTree, group: str = "posterior") -> xr.DataArray:
    """Return the draws of all parameters as one array.

    Returns
    -------
    DataArray
        Dims chain, draw, parameter; linear scale, in the order of the problem's table.

    Raises
    ------
    UnusableFileError
        The group has no such draws: jakstat did not write it, or an earlier version did.
    """
    dataset = tree[group].dataset
    names = dataset.attrs.get(PARAMETERS)
    if names is None:
        file = tree.encoding.get("source", f"the {group}")
        raise UnusableFileError(
            f"{file}: found a group {group} that lists no parameters (earlier versions of jakstat kept them in one "
            "variable); needed: a variable for each parameter; delete the file and run again, which makes it anew"
        )
    values = np.stack([dataset[_variable(name)].transpose(*_DIMS).to_numpy() for name in names], axis=-1)
    coords = {dim: dataset[dim].to_numpy() for dim in _DIMS} | {"parameter": list(names)}
    return xr.DataArray(values, dims=(*_DIMS, "parameter"), coords=coords)


def _variable(parameter: str) -> str:
    """Return the name of a parameter's variable: its id, unless that is the name of a dimension of draws."""
    return f"{parameter}_" if parameter in _DIMS else parameter
