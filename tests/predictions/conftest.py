"""The shipped panel with draws of its prior as a posterior."""

from pathlib import Path

import numpy as np
import pytest

from jakstat.predictions import FittedStudy
from jakstat.predictions.scenarios import Posterior, prior_draws
from jakstat.problem import read_study
from jakstat.scenarios import StudyScenarios
from jakstat.statistics import SolverSettings

PANEL = Path(__file__).resolve().parents[2] / "data" / "cancer_panel"


def fit_of_prior(chains: int, draws: int) -> FittedStudy:
    """Return the panel with draws of its prior as a posterior."""
    tables = read_study(PANEL)
    free = [one for one in tables.parameters if one.estimated]
    values = prior_draws(free, chains * draws, seed=5).reshape(chains, draws, -1)
    coords = {"chain": np.arange(chains), "draw": np.arange(draws)}
    posterior = Posterior(values, coords, tuple(one.id for one in free))
    return FittedStudy(tables, StudyScenarios(PANEL), posterior, SolverSettings(1e-6, 1e-8), 3)


@pytest.fixture(scope="module")
def fit():
    """Four draws."""
    return fit_of_prior(2, 2)


@pytest.fixture(scope="module")
def many():
    """Two hundred draws."""
    return fit_of_prior(2, 100)
