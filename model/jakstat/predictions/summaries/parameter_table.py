"""What is known of each parameter before and after the measurements, as one table."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from jakstat.problem import Parameter, describe_prior, parameter_draws, prior_interval, prior_quantiles
from jakstat.statistics import contraction, is_positive, summary_rows


def summarise_parameters(
    parameters: Sequence[Parameter], tree: xr.DataTree, diagnostics: Sequence[Mapping]
) -> pd.DataFrame:
    """Put priors, posteriors and diagnostics of the estimated parameters side by side.

    Parameters
    ----------
    parameters : sequence of Parameter
    tree : DataTree
        As ``sample_posterior`` returns it.
    diagnostics : sequence of mapping
        parameter, r_hat, ess_bulk, ess_tail (``Convergence.as_dict()["parameters"]``); None or NaN where undefined.

    Returns
    -------
    DataFrame
        One row a parameter, in the order of the posterior: parameter, unit, nominal, positive, source, status (of
        ``jakstat.problem.STATUSES``, or empty), prior (text);
        prior_lower_90, prior_median, prior_upper_90; lower_90, lower_50, median, upper_50, upper_90 (unit of the
        parameter); contraction (1), r_hat (1), ess_bulk, ess_tail (draws).
    """
    values = parameter_draws(tree)
    draws = values.to_numpy().reshape(-1, values.sizes["parameter"])
    by_id = {parameter.id: parameter for parameter in parameters}
    names = [str(name) for name in values.coords["parameter"].to_numpy()]
    before = pd.DataFrame([_prior_row(by_id[name], draws[:, place]) for place, name in enumerate(names)])
    after = summary_rows(draws)
    table = pd.DataFrame(list(diagnostics), columns=["parameter", "r_hat", "ess_bulk", "ess_tail"])
    numbers = table.drop(columns="parameter").astype(float)
    diagnosed = pd.concat([table[["parameter"]], numbers], axis=1)
    return pd.concat([before, after], axis=1).merge(diagnosed, on="parameter", how="left")


def _prior_row(parameter: Parameter, draws: np.ndarray) -> dict:
    prior = parameter.prior
    if prior is None:
        raise ValueError(f"parameter {parameter.id} has a posterior but no prior in the parameter table")
    lower, upper = prior_interval(prior)
    return {
        "parameter": parameter.id,
        "unit": parameter.unit,
        "nominal": np.nan if parameter.nominal is None else parameter.nominal,
        "positive": is_positive(prior),
        "source": prior.source,
        "status": prior.status,
        "prior": describe_prior(prior),
        "prior_lower_90": lower,
        "prior_median": float(prior_quantiles(prior, np.array([0.5]))[0]),
        "prior_upper_90": upper,
        "contraction": contraction(prior, draws),
    }
