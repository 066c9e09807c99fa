"""Points of a problem's parameters that stand for all: where it is checked, and where sizes of states are looked up."""

import numpy as np

from jakstat.problem import ProblemTables, median_of


def reference_point(tables: ProblemTables) -> np.ndarray:
    """Return the nominal values of the estimated parameters, the prior's median where one has none.

    Returns
    -------
    (estimated,) array, linear scale
    """
    estimated = ((parameter.nominal, parameter.prior) for parameter in tables.parameters)
    return np.array(
        [median_of(prior) if nominal is None else nominal for nominal, prior in estimated if prior is not None],
        dtype=float,
    )


def median_point(tables: ProblemTables) -> np.ndarray:
    """Return the medians of the estimated parameters' priors, likewise."""
    priors = (parameter.prior for parameter in tables.parameters)
    return np.array([median_of(prior) for prior in priors if prior is not None], dtype=float)
