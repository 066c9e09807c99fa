"""Draws are used with the problem that they were drawn for, and with no other."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from jakstat.files.sealed_files import UnusableFileError
from jakstat.files.storage import read_posterior, write_tree
from jakstat.inference import check_tolerance, cross_check_solver
from jakstat.predictions import predict_time_courses
from jakstat.problem import PROBLEM_DIGESTS, Measurement, parameter_dataset, problem_digests, require_same_problem
from jakstat.problem.formulas import parse_formula
from jakstat.reports import fit_figure
from jakstat.statistics import SolverSettings


@pytest.fixture
def tree(turnover) -> xr.DataTree:
    """Four draws of k."""
    drawn = parameter_dataset(np.array([[[2.0], [2.1]], [[1.9], [2.2]]]), ["k"])
    tree = xr.DataTree.from_dict({"posterior": drawn})
    tree.attrs = {"study": "turnover", PROBLEM_DIGESTS: problem_digests(turnover)}
    return tree


def _changed(turnover) -> dict:
    """Return a problem that differs in one part, by the part's name."""
    (k,), (observable,), measurements = turnover.parameters, turnover.observables, turnover.measurements
    early, late = turnover.experiments
    later = replace(late, periods=(late.periods[0], replace(late.periods[1], start=3.0)))
    more = Measurement("x_signal", "early", 5.0, 1.5)
    return {
        "model": replace(turnover, sbml=turnover.sbml.replace('value="2"', 'value="2.5"')),
        "parameters": replace(turnover, parameters=(replace(k, prior=replace(k.prior, parameters=(0.7, 0.6))),)),
        "observables": replace(turnover, observables=(replace(observable, noise_formula=parse_formula("0.2")),)),
        "experiments": replace(turnover, experiments=(early, later)),
        "measurements": replace(turnover, measurements=(replace(measurements[0], value=1.6), *measurements[1:])),
        "order of measurements": replace(turnover, measurements=measurements[::-1]),
        "other measurements": replace(turnover, measurements=(*measurements, more)),
    }


PARTS = [
    "model",
    "parameters",
    "observables",
    "experiments",
    "measurements",
    "other measurements",
    "order of measurements",
]


@pytest.mark.parametrize("part", PARTS)
def test_a_posterior_of_a_changed_problem_is_refused_and_the_part_is_named(part, turnover, tree, tmp_path):
    write_tree(tree, tmp_path / "posterior.nc")
    read = read_posterior(tmp_path / "posterior.nc")
    require_same_problem(read, turnover)
    other = _changed(turnover)[part]
    assert other != turnover
    with pytest.raises(UnusableFileError) as refused:
        require_same_problem(read, other)
    name = part.split()[-1]
    assert str(refused.value) == (
        f"{tmp_path / 'posterior.nc'}: found draws of the study turnover for a problem with other {name}; needed: "
        "draws for turnover as it is now; delete the file and run again, which makes it anew"
    )


def test_what_decides_nothing_changes_no_digest(turnover):
    other = replace(
        turnover,
        id="renamed",
        title="A title",
        citation="somebody",
        data_digests={"a": "b"},
        notes=("a note",),
        experiments=tuple(replace(experiment, label="a label") for experiment in turnover.experiments),
        measurements=tuple(replace(measurement, source="line 3") for measurement in turnover.measurements),
        sbml=turnover.sbml.replace("<sbml", "<!-- another version of a library -->\n<sbml", 1),
    )
    assert problem_digests(other) == problem_digests(turnover)


def test_draws_made_by_hand_need_the_problems_parameters(turnover, tree):
    del tree.attrs[PROBLEM_DIGESTS]
    require_same_problem(tree, turnover)
    (k,) = turnover.parameters
    with pytest.raises(UnusableFileError, match=r"other parameters \(no value for kappa; not in the problem: k\)"):
        require_same_problem(tree, replace(turnover, parameters=(replace(k, id="kappa"),)))


@pytest.mark.parametrize(
    "use",
    [
        lambda tables, tree: check_tolerance(tables, tree, SolverSettings(), SolverSettings(), 4, 1),
        lambda tables, tree: cross_check_solver(tables, tree, SolverSettings()),
        lambda tables, tree: predict_time_courses(tables, tree, SolverSettings()),
        lambda tables, tree: fit_figure(tables, tree),
    ],
)
def test_nothing_is_computed_from_draws_of_another_problem(use, turnover, tree, monkeypatch):
    def solved(*_, **__):
        raise AssertionError("something was computed")

    monkeypatch.setattr(np.random, "default_rng", solved)
    with pytest.raises(UnusableFileError, match="other measurements"):
        use(_changed(turnover)["measurements"], tree)


def test_what_is_predicted_of_another_problem_is_not_drawn(turnover, tree):
    courses = predict_time_courses(turnover, tree, SolverSettings(), n_times=3)
    require_same_problem(courses, turnover)
    with pytest.raises(UnusableFileError, match="other model"):
        require_same_problem(courses, _changed(turnover)["model"])
