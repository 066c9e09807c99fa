"""The gate: which fits pass, and what their products must say."""

import pytest

from jakstat.inference.gate import ConvergenceError, require_convergence


def convergence(**values) -> dict:
    limits = {"r_hat": (1.01, True), "ess_bulk": (400, False), "divergences": (0, True)}
    checks = []
    for name, value in {"r_hat": 1.001, "ess_bulk": 900, "divergences": 0, **values}.items():
        limit, upper = limits[name]
        passed = value is not None and (value <= limit if upper else value >= limit)
        checks.append({"name": name, "value": value, "limit": limit, "passed": passed, "sentence": ""})
    return {"passed": all(check["passed"] for check in checks), "checks": checks, "parameters": []}


def test_converged_fit_passes_without_warning():
    assert require_convergence(convergence()) == {"passed": True, "overridden": [], "warning": ""}


def test_failed_checks_stop_the_fit_and_are_named_with_value_and_limit():
    with pytest.raises(
        ConvergenceError, match=r"failed 2 checks .*r_hat is 1.3 \(limit 1.01\); ess_bulk is 20 \(limit 400\)"
    ):
        require_convergence(convergence(r_hat=1.3, ess_bulk=20))


def test_undefined_value_stops_the_fit():
    with pytest.raises(ConvergenceError, match=r"failed 1 check .*r_hat is undefined \(limit 1.01\)"):
        require_convergence(convergence(r_hat=None))


def test_overridden_check_passes_with_a_warning_that_names_it():
    gate = require_convergence(convergence(r_hat=1.3), ["r_hat"])
    assert not gate["passed"]
    assert gate["overridden"] == ["r_hat"]
    assert "r_hat is 1.3 (limit 1.01)" in gate["warning"]
    assert "must not be relied on" in gate["warning"]


def test_override_of_one_check_does_not_let_another_through():
    with pytest.raises(ConvergenceError, match="failed 1 check .*divergences is 3"):
        require_convergence(convergence(r_hat=1.3, divergences=3), ["r_hat"])


def test_override_of_a_check_that_holds_gives_no_warning():
    assert require_convergence(convergence(), ["r_hat"])["warning"] == ""
