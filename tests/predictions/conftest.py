"""The shipped panel with draws of its prior as a posterior."""

from pathlib import Path

import numpy as np
import pytest

from jakstat.predictions.fit import Fit, Posterior, StudyFit, prior_draws
from jakstat.scenarios import StudyScenarios
from jakstat.statistics import SolverSettings

PANEL = Path(__file__).resolve().parents[2] / "data" / "cancer_panel"


def fit_of_prior(chains: int, draws: int) -> StudyFit:
    """Return the panel with draws of its prior as a posterior."""
    scenarios = StudyScenarios(PANEL)
    free = [parameter for parameter in scenarios.tables.parameters if parameter.estimated]
    values = prior_draws(free, chains * draws, seed=5).reshape(chains, draws, -1)
    coords = {"chain": np.arange(chains), "draw": np.arange(draws)}
    posterior = Posterior(values, coords, tuple(parameter.id for parameter in free))
    return Fit(scenarios.tables, scenarios, posterior, SolverSettings(1e-6, 1e-8), 3)


@pytest.fixture(scope="module")
def fit():
    """Four draws."""
    return fit_of_prior(2, 2)


@pytest.fixture(scope="module")
def many():
    """Two hundred draws."""
    return fit_of_prior(2, 100)
