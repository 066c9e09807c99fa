"""Priors without a meaning, or with bounds beyond their mass, are faults; medians and tails are SciPy's."""

import math

import pytest
from scipy import stats

from jakstat.files import DataFaultsError
from jakstat.problem import Prior, read_petab, read_study
from jakstat.problem.prior_densities import median_of
from jakstat.problem.written_priors import share_in_reach, wrong_bounds, wrong_parameters

#: Parameters and the same distribution of SciPy.
DISTRIBUTIONS = {
    "normal": ((1.0, 2.0), stats.norm(1, 2)),
    "log-normal": ((0.5, 0.7), stats.lognorm(0.7, scale=math.exp(0.5))),
    "laplace": ((1.0, 2.0), stats.laplace(1, 2)),
    "log-laplace": ((0.5, 0.7), stats.loglaplace(1 / 0.7, scale=math.exp(0.5))),
    "uniform": ((0.5, 3.0), stats.uniform(0.5, 2.5)),
    "log-uniform": ((1.0, 9.0), stats.loguniform(1, 9)),
    "cauchy": ((1.0, 2.0), stats.cauchy(1, 2)),
    "chisquare": ((3.0,), stats.chi2(3)),
    "exponential": ((2.0,), stats.expon(scale=2)),
    "gamma": ((2.0, 3.0), stats.gamma(2, scale=3)),
    "rayleigh": ((2.0,), stats.rayleigh(scale=2)),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize("bounds", [(0.0, 2.0), (1.5, math.inf), (-1.0, 0.7), (40.0, 50.0)])
def test_share_in_reach_is_the_lesser_tail(name, bounds):
    parameters, reference = DISTRIBUTIONS[name]
    expected = min(reference.cdf(bounds[1]), reference.sf(bounds[0]))
    assert share_in_reach(name, parameters, *bounds) == pytest.approx(expected, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_median_is_that_of_the_distribution_or_of_what_its_bounds_leave(name):
    parameters, reference = DISTRIBUTIONS[name]
    lowest = 0.0 if reference.support()[0] >= 0 else -math.inf
    assert median_of(Prior(name, parameters, lowest, math.inf, "")) == pytest.approx(reference.median(), rel=1e-9)
    inside = median_of(Prior(name, parameters, 1.0, 2.0, ""))
    assert reference.cdf(inside) == pytest.approx((reference.cdf(1.0) + reference.cdf(2.0)) / 2, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("normal", (0.0, 1e300)),
        ("normal", (1e200, 1.0)),
        ("normal", (0.0, 1e-300)),
        ("log-normal", (0.0, 1e300)),
        ("log-normal", (700.0, 1.0)),
        ("log-normal", (0.0, 200.0)),
        ("cauchy", (0.0, 1e300)),
        ("gamma", (1.0, 1e200)),
        ("uniform", (-1e300, 1e300)),
        ("normal", (0.0, 0.0)),
        ("normal", (0.0, -1.0)),
    ],
)
def test_numbers_beyond_floats_or_zero_scales_are_wrong(name, parameters):
    assert wrong_parameters(name, parameters)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_ordinary_numbers_are_not_wrong(name):
    parameters, _ = DISTRIBUTIONS[name]
    assert wrong_parameters(name, parameters) == ""
    assert wrong_bounds(name, parameters, 0.8, 2.5) == ""


def test_a_prior_much_wider_than_its_bounds_is_flat_and_no_fault():
    assert wrong_bounds("normal", (0.0, 1e9), 0.0, 1.0) == ""


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("median=0.1; sd_ln=1\t\t", "median=0.1; sd_ln=1\t1e20\t1e21", "prior_parameters"),
        ("median=0.1; sd_ln=1\t\t", "median=0.1; sd_ln=1e300\t\t", "prior_parameters"),
        ("median=0.1; sd_ln=1\t\t", "median=0.1; sd_ln=0\t\t", "prior_parameters"),
        ("median=0.1; sd_ln=1\t\t", "median=0.1; sd_ln=nan\t\t", "prior_parameters"),
        ("median=0.1; sd_ln=1\t\t", "median=inf; sd_ln=1\t\t", "prior_parameters"),
        ("median=0.1; sd_ln=1\t\t", "median=0.1; sd_ln=1\t\t1e999", "upper"),
        ("median=0.1; sd_ln=1\t\t", "median=0.1; sd_ln=1\tnan\t", "lower"),
        ("median=0.1; sd_ln=1\t\t", "median=0.1; sd_ln=1\t2\t1", "upper"),
        ("1/min\t0.1\ttrue", "1/min\tnan\ttrue", "nominal"),
        ("1/min\t0.1\ttrue", "1/min\t1e999\ttrue", "nominal"),
        ("k_on\t", "time\t", "id"),
    ],
)
def test_prior_of_a_study_without_a_meaning_is_a_fault_at_its_cell(study, edit_study, old, new, column):
    edit_study("parameters.tsv", old, new)
    with pytest.raises(DataFaultsError) as caught:
        read_study(study)
    assert (2, column) in {(fault.row, fault.column) for fault in caught.value.faults}


K = "k\t0.01\t10\t0.1\ttrue\tlog-normal\t-2;1"


@pytest.mark.parametrize(
    ("new", "column"),
    [
        ("k\t1e20\t1e21\t0.1\ttrue\tlog-normal\t-2;1", "priorParameters"),
        ("k\t0.01\t10\t0.1\ttrue\tlog-normal\t-2;1e300", "priorParameters"),
        ("k\t0.01\t10\t0.1\ttrue\tnormal\t0;1e300", "priorParameters"),
        ("k\t0.01\t10\t0.1\ttrue\tlog-normal\tnan;1", "priorParameters"),
        ("k\t0.01\t10\t0.1\ttrue\tlog-normal\t-2;-1", "priorParameters"),
        ("k\t0.01\t1e999\t0.1\ttrue\tlog-normal\t-2;1", "upperBound"),
        ("k\tnan\t10\t0.1\ttrue\tlog-normal\t-2;1", "lowerBound"),
        ("k\t10\t0.01\t0.1\ttrue\tlog-normal\t-2;1", "upperBound"),
        ("k\t0.01\t10\tinf\ttrue\tlog-normal\t-2;1", "nominalValue"),
        ("k\t0.01\t10\tNaN\ttrue\tlog-normal\t-2;1", "nominalValue"),
        ("time\t0.01\t10\t1\ttrue\tlog-normal\t-2;1", "parameterId"),
    ],
)
def test_prior_of_a_petab_problem_without_a_meaning_is_a_fault_at_its_cell(petab, edit_petab, new, column):
    edit_petab("parameters.tsv", K, new)
    with pytest.raises(DataFaultsError) as caught:
        read_petab(petab)
    assert (2, column) in {(fault.row, fault.column) for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("first\t0\t1\t", "first\t1e999\t1\t", "time"),
        ("first\t0\t1\t", "first\tnan\t1\t", "time"),
        ("first\t0\t1\t", "first\t0\tinf\t", "measurement"),
        ("first\t0\t1\t", "first\t0\tnan\t", "measurement"),
        ("background\tsd", "inf\tsd", "observableParameters"),
        ("background\tsd", "background\tnan", "noiseParameters"),
    ],
)
def test_measurement_that_is_not_finite_is_a_fault_at_its_cell(petab, edit_petab, old, new, column):
    edit_petab("measurements.tsv", old, new)
    with pytest.raises(DataFaultsError) as caught:
        read_petab(petab)
    assert (2, column) in {(fault.row, fault.column) for fault in caught.value.faults}


def test_a_prior_on_the_logarithm_is_held_against_bounds_on_it(boehm):
    table = next(boehm.parent.glob("parameters*.tsv"))
    lines = table.read_text().splitlines()
    header = lines[0].split("\t")
    first = dict(zip(header, lines[1].split("\t"), strict=True))
    assert first["parameterScale"] == "log10"
    first |= {"objectivePriorType": "parameterScaleNormal", "objectivePriorParameters": "30;1"}
    columns = list(dict.fromkeys([*header, "objectivePriorType", "objectivePriorParameters"]))
    rows = [dict(zip(header, line.split("\t"), strict=True)) for line in lines[2:]]
    table.write_text(
        "\n".join(
            "\t".join(row.get(name, "") for name in columns)
            for row in [dict(zip(columns, columns, strict=True)), first, *rows]
        )
        + "\n"
    )
    with pytest.raises(DataFaultsError, match="reaches into the bounds -5 to 5"):
        read_petab(boehm)
