"""What prior and posterior say of quantities that are formulas over parameters.

The posterior is that of the draws. The prior is that of the formula when its parameters are drawn from their priors,
which are independent: a Latin hypercube of a fixed seed, so that equal studies give equal tables.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import sympy as sp
import xarray as xr

from jakstat.predictions.formula_draws import formulas_over_draws
from jakstat.problem import ProblemTables, parameter_draws, prior_quantiles
from jakstat.statistics import summary_rows

# An end of a 90 % interval then has a Monte Carlo error of about 0.1 % of the probability.
_PRIOR_DRAWS = 20_000
_SEED = 0


def summarise_formulas(
    formulas: Sequence[sp.Expr], scales: Sequence[str], tables: ProblemTables, tree: xr.DataTree
) -> pd.DataFrame:
    """Put prior and posterior of each formula side by side.

    Parameters
    ----------
    formulas : sequence of sympy.Expr
        Over parameters of the study.
    scales : sequence of str
        Of each formula ``log`` or ``logit``: the scale on which its contraction is measured.
    tables : ProblemTables
        Priors, and values of parameters that are not estimated.
    tree : DataTree
        As ``sample_posterior`` returns it.

    Returns
    -------
    DataFrame
        A row per formula: lower_90, lower_50, median, upper_50, upper_90, prior_lower_90, prior_median,
        prior_upper_90; estimated (whether the formula names an estimated parameter); contraction, 1 - variance of the
        posterior / variance of the prior on its scale, NaN where it is not estimated.

    Raises
    ------
    ValueError
        A formula names what is neither in the posterior nor a fixed parameter.
    """
    named = {symbol.name for formula in formulas for symbol in formula.free_symbols}
    after = formulas_over_draws(formulas, _fixed(tables, named) | _posterior(tree, named))
    before = formulas_over_draws(formulas, _fixed(tables, named) | _prior(tables, named))
    estimated = {parameter.id for parameter in tables.parameters if parameter.estimated}
    names = [{symbol.name for symbol in formula.free_symbols} & estimated for formula in formulas]
    contractions = [
        _contraction(before[:, place], after[:, place], scales[place]) if names[place] else np.nan
        for place in range(len(formulas))
    ]
    beside = pd.DataFrame({"estimated": [bool(name) for name in names], "contraction": contractions})
    return pd.concat([summary_rows(after), _of_prior(before), beside], axis=1)


def _of_prior(draws: np.ndarray) -> pd.DataFrame:
    return summary_rows(draws)[["lower_90", "median", "upper_90"]].add_prefix("prior_")


def _fixed(tables: ProblemTables, named: set[str]) -> dict[str, np.ndarray | float]:
    return {
        parameter.id: parameter.nominal
        for parameter in tables.parameters
        if parameter.id in named and not parameter.estimated and parameter.nominal is not None
    }


def _posterior(tree: xr.DataTree, named: set[str]) -> dict[str, np.ndarray | float]:
    values = parameter_draws(tree).transpose("parameter", "chain", "draw")
    draws = values.to_numpy().reshape(values.sizes["parameter"], -1)
    names = [str(name) for name in values.coords["parameter"].to_numpy()]
    return {name: of_draws for name, of_draws in zip(names, draws, strict=True) if name in named}


def _prior(tables: ProblemTables, named: set[str]) -> dict[str, np.ndarray | float]:
    rng = np.random.default_rng(_SEED)
    points = (np.arange(_PRIOR_DRAWS) + 0.5) / _PRIOR_DRAWS
    return {
        parameter.id: prior_quantiles(parameter.prior, rng.permutation(points))
        for parameter in tables.parameters
        if parameter.id in named and parameter.prior is not None
    }


def _contraction(before: np.ndarray, after: np.ndarray, scale: str) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = [np.log(draws) - (np.log1p(-draws) if scale == "logit" else 0.0) for draws in (before, after)]
    variances = [
        float(np.var(values[np.isfinite(values)])) if np.isfinite(values).any() else np.nan for values in spread
    ]
    return 1.0 - variances[1] / variances[0] if variances[0] > 0 else float("nan")
