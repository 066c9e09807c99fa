"""One point of a problem's parameters that stands for all: where sizes of states are looked up."""

import numpy as np

from jakstat.problem import Parameter, ProblemTables, median_of


def reference_point(tables: ProblemTables) -> np.ndarray:
    """Return the nominal values of the estimated parameters, the prior's median where one has none.

    Returns
    -------
    (estimated,) array, linear scale
    """
    return np.array([_reference_of(one) for one in tables.parameters if one.estimated], dtype=float)


def _reference_of(parameter: Parameter) -> float:
    if parameter.nominal is not None:
        return parameter.nominal
    return 1.0 if parameter.prior is None else median_of(parameter.prior)
