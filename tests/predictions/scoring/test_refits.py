"""Groups of dose responses that a fit is made without: what is taken away, and what is asked of the new fit."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from jakstat.files.sealed_files import UnusableFileError
from jakstat.inference import SamplingSettings
from jakstat.predictions import Refit, refit_of, refit_without_group, require_refit, score_left_out
from jakstat.predictions.fit import Posterior
from jakstat.predictions.scoring.held_out_signals import held_out_signals
from jakstat.problem import PROBLEM_DIGESTS, SEEN, measurements_seen, problem_digests
from jakstat.scenarios import dose_responses_by, tables_without
from jakstat.statistics import SolverSettings

VIABILITY = "viability_signal"


def test_a_group_loses_its_dose_responses_and_nothing_else(fit):
    left = tables_without(fit.scenarios, VIABILITY, "cell_line", "HEL")
    own = [
        measurement
        for measurement in fit.scenarios.measurements
        if measurement.observable == VIABILITY and measurement.treatment.cell_line == "HEL"
    ]
    assert own
    assert len(left.measurements) == len(fit.tables.measurements) - len(own)
    kept = [measurement.value for measurement in fit.scenarios.measurements if measurement not in own]
    assert [measurement.value for measurement in left.measurements] == kept
    assert left.parameters == fit.tables.parameters
    assert {experiment.id for experiment in left.experiments} == {
        measurement.experiment_id for measurement in left.measurements
    }


def test_measurements_of_other_observables_stay(fit):
    _, lines = dose_responses_by(fit.scenarios.measurements, VIABILITY, "cell_line")
    left = tables_without(fit.scenarios, VIABILITY, "cell_line", str(lines[0]))
    other = [measurement for measurement in fit.tables.measurements if measurement.observable_id != VIABILITY]
    assert [measurement for measurement in left.measurements if measurement.observable_id != VIABILITY] == other


def test_an_unknown_group_is_named_with_the_known_ones(fit):
    with pytest.raises(ValueError, match="'HELL'; needed: .*HEL"):
        tables_without(fit.scenarios, VIABILITY, "cell_line", "HELL")
    with pytest.raises(ValueError, match="found 'screen'"):
        tables_without(fit.scenarios, VIABILITY, "screen", "GDSC1")


def test_a_refit_is_asked_instead_of_weights(fit):
    """One that is sure of what it says is scored by that alone, and its group is not weighed."""
    alone = Posterior(
        fit.posterior.values[:1, :1], {"chain": np.zeros(1), "draw": np.zeros(1)}, fit.posterior.parameters
    )
    by_weights = score_left_out(fit, VIABILITY, "cell_line")
    with_refit = score_left_out(fit, VIABILITY, "cell_line", {"HEL": Refit(alone, 1.004)})
    assert set(by_weights.k_hat) - set(with_refit.k_hat) == {"HEL"}
    assert with_refit.trust()["refitted"] == "HEL"
    assert with_refit.trust()["refit_r_hat"] == 1.004
    scored = [scores.scores.set_index("predictor")["crps"] for scores in (by_weights, with_refit)]
    assert scored[0]["mechanism"] != scored[1]["mechanism"]
    assert scored[0].drop("mechanism").equals(scored[1].drop("mechanism"))


def test_with_all_groups_fitted_again_nothing_is_weighed_and_the_refits_are_scored(fit):
    """A refit of one draw gives each measurement the density of its noise around that draw's signal."""
    alone = Posterior(
        fit.posterior.values[:1, :1], {"chain": np.zeros(1), "draw": np.zeros(1)}, fit.posterior.parameters
    )
    measured, labels = dose_responses_by(fit.scenarios.measurements, VIABILITY, "inhibitor")
    found = score_left_out(fit, VIABILITY, "inhibitor", {str(label): Refit(alone, 1.0) for label in labels})
    assert found.k_hat == {}
    assert np.isnan(found.trust()["k_hat"])
    mechanism = found.scores.set_index("predictor").loc["mechanism"]
    assert mechanism["measurements"] == len(labels)
    expected = held_out_signals(replace(fit, posterior=alone), measured).log_density().mean()
    assert mechanism["log_score"] == pytest.approx(expected)


@pytest.mark.slow
def test_a_fit_without_a_line_forgets_what_the_line_knew_of_itself(fit):
    """Its own deviation is as in the prior, the others' are not."""
    solver = SolverSettings(1e-3, 1e-5)
    sampling = SamplingSettings(chains=2, draws=80, tune=120, target_accept=0.8, maxdepth=5)
    tree = refit_without_group(fit.scenarios, VIABILITY, "cell_line", "HEL", sampling, solver, 4, lambda _: None)
    assert (tree.attrs["left_out_by"], tree.attrs["left_out"]) == ("cell_line", "HEL")
    refit = refit_of(tree, 160)
    places = {name: number for number, name in enumerate(refit.posterior.parameters)}
    own, other = (refit.posterior.values[..., places[f"growth_dependency_z_{line}"]] for line in ("HEL", "OCI_M1"))
    assert own.mean() == pytest.approx(0, abs=0.4)
    assert own.std() == pytest.approx(1, abs=0.3)
    assert other.mean() > 0.5


def test_a_refit_is_used_for_its_own_group_and_problem_only(fit):
    without = tables_without(fit.scenarios, VIABILITY, "cell_line", "HEL")
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset()})
    with pytest.raises(UnusableFileError, match="found draws of a fit of all data"):
        require_refit(tree, fit, VIABILITY)
    tree.attrs = {"left_out_by": "cell_line", "left_out": "HEL", PROBLEM_DIGESTS: problem_digests(without)}
    assert require_refit(tree, fit, VIABILITY) == ("cell_line", "HEL")
    tree.attrs["left_out"] = "K-562"
    with pytest.raises(UnusableFileError, match="other measurements"):
        require_refit(tree, fit, VIABILITY)
    tree.attrs["left_out"] = "line of another study"
    with pytest.raises(UnusableFileError, match="found 'line of another study'.*delete the file"):
        require_refit(tree, fit, VIABILITY)


def test_a_fit_that_saw_the_group_gives_no_start_to_the_fit_without_it(fit):
    """Nor does one that started from it; the refusal comes before anything is drawn."""
    without = tables_without(fit.scenarios, VIABILITY, "cell_line", "HEL")
    whole = xr.DataTree.from_dict({"posterior": xr.Dataset()})
    whole.attrs[SEEN] = measurements_seen(fit.tables)
    heir = xr.DataTree.from_dict({"posterior": xr.Dataset()})
    heir.attrs = {SEEN: measurements_seen(without, whole)}
    left_out = len(fit.tables.measurements) - len(without.measurements)
    for leak in (whole, heir):
        with pytest.raises(
            UnusableFileError, match=f"has seen {left_out} measurements that are left out here and scored"
        ):
            refit_without_group(
                *(fit.scenarios, VIABILITY, "cell_line", "HEL", SamplingSettings(), SolverSettings(), 1),
                start_from=leak,
            )
    heir.attrs |= {"left_out_by": "cell_line", "left_out": "HEL", PROBLEM_DIGESTS: problem_digests(without)}
    with pytest.raises(UnusableFileError, match="left out here and scored"):
        require_refit(heir, fit, VIABILITY)
    heir.attrs[SEEN] = measurements_seen(without)
    assert require_refit(heir, fit, VIABILITY) == ("cell_line", "HEL")
