"""The gate: which fits pass, and what their products must say."""

import pandas as pd
import pytest

from jakstat.inference import ConvergenceError, require_convergence
from jakstat.inference.convergence import Check, Convergence

R_HAT = Check("r_hat", 1.001, 1.01, True, "chains agree")
BULK = Check("ess_bulk", 900.0, 400.0, True, "effective draws")
DIVERGENCES = Check("divergences", 0.0, 0.0, True, "steps that exploded")
APART = Check("r_hat", 1.3, 1.01, False, "chains agree")
FEW = Check("ess_bulk", 20.0, 400.0, False, "effective draws")
DIVERGED = Check("divergences", 3.0, 0.0, False, "steps that exploded")
REFUSED = "The fit failed {}, so nothing is predicted from it: {}."


def record(*checks: Check) -> dict:
    """Return what a fit's convergence.json holds."""
    return Convergence(checks, pd.DataFrame({"parameter": ["k"], "r_hat": [1.0]})).as_dict()


def refusal(*checks: Check, override: tuple[str, ...] = ()) -> str:
    with pytest.raises(ConvergenceError) as error:
        require_convergence(record(*checks), override)
    return str(error.value)


def test_converged_fit_passes_without_warning():
    assert require_convergence(record(R_HAT, BULK, DIVERGENCES)) == {"passed": True, "overridden": [], "warning": ""}


def test_failed_checks_stop_the_fit_and_are_named_with_value_and_limit():
    found = "r_hat is 1.3 (limit 1.01); ess_bulk is 20 (limit 400)"
    assert refusal(APART, FEW, DIVERGENCES) == REFUSED.format("2 checks of convergence", found)


def test_undefined_value_stops_the_fit():
    undefined = Check("r_hat", float("nan"), 1.01, False, "")
    checks = record(undefined)["checks"]
    checks[0]["value"] = None  # as JSON has it
    with pytest.raises(ConvergenceError, match=r"1 check of .*: r_hat is undefined \(limit 1\.01\)\.$"):
        require_convergence({"checks": checks})


def test_overridden_check_passes_with_a_warning_that_names_it():
    assert require_convergence(record(APART, BULK), ["r_hat"]) == {
        "passed": False,
        "overridden": ["r_hat"],
        "warning": (
            "This fit has not converged: r_hat is 1.3 (limit 1.01). It was let through by name in the configuration "
            "(gates.override: r_hat); its intervals and predictions must not be relied on."
        ),
    }


def test_override_of_one_check_does_not_let_another_through():
    found = refusal(APART, BULK, DIVERGED, override=("r_hat",))
    assert found == REFUSED.format("1 check of convergence", "divergences is 3 (limit 0)")


def test_override_of_a_check_that_holds_gives_no_warning():
    assert require_convergence(record(R_HAT, BULK), ["r_hat"])["warning"] == ""
