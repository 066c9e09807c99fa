"""The gate between a fit and what is made of it: a failed check stops it, unless that check is overridden by name."""

from collections.abc import Collection, Mapping
from typing import Any


class ConvergenceError(RuntimeError):
    """A fit failed checks that nobody overrode; the message names them and what to try."""


def require_convergence(convergence: Mapping[str, Any], override: Collection[str] = ()) -> dict[str, Any]:
    """Let a fit pass whose failed checks are all overridden.

    Parameters
    ----------
    convergence : mapping
        ``Convergence.as_dict()``.
    override : collection of str
        Names of checks that may fail.

    Returns
    -------
    dict
        ``passed`` (of all checks), ``overridden`` (names of failed checks that were overridden) and ``warning``, the
        text that every product made of this fit carries; empty where all checks passed.

    Raises
    ------
    ConvergenceError
        A check failed that is not overridden.
    """
    failed = {check["name"]: _found(check) for check in convergence["checks"] if not check["passed"]}
    stopping = [found for name, found in failed.items() if name not in override]
    if stopping:
        count = "1 check" if len(stopping) == 1 else f"{len(stopping)} checks"
        raise ConvergenceError(
            f"The fit failed {count} of convergence, so nothing is predicted from it: {'; '.join(stopping)}."
        )
    warning = ""
    if failed:
        warning = (
            f"This fit has not converged: {'; '.join(failed.values())}. "
            f"It was let through by name in the configuration (gates.override: {', '.join(failed)}); "
            "its intervals and predictions must not be relied on."
        )
    return {"passed": not failed, "overridden": list(failed), "warning": warning}


def _found(check: Mapping[str, Any]) -> str:
    """Return a check's name, value and limit as text; an undefined value (null in JSON) is said to be so."""
    value = "undefined" if check["value"] is None else f"{check['value']:.4g}"
    return f"{check['name']} is {value} (limit {check['limit']:.4g})"
