"""The model of IL-6 on hepatocytes fitted to IL-6 and ruxolitinib on hepatocytes: the mode of the posterior."""

import shutil

import numpy as np
import pytest
from scipy.optimize import minimize

import jakstat
from jakstat.public_data import obtain_sobotta2017
from jakstat.statistics import SolverSettings

PUBLISHED_K = 166.0  # nM, jak1_inh_ruxolitinib 0.006023 /nM (Sobotta 2017, MODEL2307050001)


@pytest.fixture(scope="module")
def study(repository, reference_folder, tmp_path_factory):
    """Return the folder of the study with its measurements."""
    obtained = obtain_sobotta2017(reference_folder, None)
    if obtained.absence:
        pytest.skip(obtained.absence)
    root = tmp_path_factory.mktemp("repository")
    for name in ("data/reference", "data/sobotta2017", "model/pathways"):
        shutil.copytree(repository / name, root / name)
    obtained.table.to_csv(root / "data/sobotta2017/measurements.tsv", sep="\t", index=False)
    return root / "data/sobotta2017"


def mode_of(folder):
    """Return the problem and the mode of its posterior over the logarithms of the parameters."""
    problem = jakstat.read_problem(folder, SolverSettings(1e-5, 1e-7))
    priors = [parameter.prior.parameters for parameter in problem.tables.parameters if parameter.estimated]
    centre, width = np.array(priors).T

    def objective(deviation):
        values = np.exp(centre + width * deviation)
        log_likelihood, gradient = problem.value_and_gradient(values)
        return deviation @ deviation / 2 - log_likelihood, deviation - gradient * values * width

    found = minimize(objective, np.zeros(len(centre)), jac=True, method="L-BFGS-B", options={"maxiter": 600})
    return problem, dict(zip(problem.estimated, np.exp(centre + width * found.x), strict=True))


def r_squared(problem, mode, observable):
    """Return R2 of an observable, on the scale of the values."""
    table = problem.signals(mode).to_dataframe()
    rows = table[table["observable"] == observable]
    left = (rows["signal"] - rows["measurement"]) ** 2
    return 1 - left.sum() / ((rows["measurement"] - rows["measurement"].mean()) ** 2).sum()


@pytest.mark.slow
def test_the_affinity_is_the_published_one_within_a_factor_of_two(study):
    problem, mode = mode_of(study)
    affinity = mode["K_ruxolitinib_JAK1"] * mode["cell_shift"]
    assert PUBLISHED_K / 2 < affinity < PUBLISHED_K * 2
    assert r_squared(problem, mode, "pSTAT3_lumi") >= 0.8
    assert r_squared(problem, mode, "SOCS3_qpcr") >= 0.8
