"""Parameter tables of PEtab 1 and 2: their checks row by row, and the prior of each estimated parameter.

PEtab 1 problems have no prior for most parameters. An estimated parameter without one gets a weakly informative prior
made from its bounds a..b: on a log scale a log-normal whose +-2 standard deviations are the bounds (centre
(ln a + ln b)/2, standard deviation (ln b - ln a)/4, no truncation), on the linear scale a normal centred in the bounds
with a quarter of their width, truncated at them. PEtab 2 says that such a parameter is uniform over its bounds.
"""

import math
import re
from collections.abc import Collection

from petab import v2

from jakstat.files import Fault, Row, TextTable, finite_number_of_text, known_id, number_in, number_remedy, unique_ids
from jakstat.problem.formulas import is_reserved
from jakstat.problem.model_text import ModelEntities
from jakstat.problem.petab.petab_text import PetabText
from jakstat.problem.records import Prior
from jakstat.problem.written_priors import (
    POSITIVE,
    PRIOR_PARAMETERS,
    parse_numbers,
    support_of,
    wrong_bounds,
    wrong_parameters,
)

_ID = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
#: How far outside its bounds a nominal value may lie, as a share of their distance (assumed).
_SLACK = 0.1
#: Columns whose formulas may use a parameter.
_FORMULAS = {"observableFormula", "noiseFormula", "observableParameters", "noiseParameters", "targetValue"}
MADE_FROM_BOUNDS = "made from the bounds"
_V1_PRIORS = {
    "parameterScaleUniform": "uniform",
    "parameterScaleNormal": "normal",
    "parameterScaleLaplace": "laplace",
    "uniform": "uniform",
    "normal": "normal",
    "laplace": "laplace",
    "logNormal": "log-normal",
    "logLaplace": "log-laplace",
}


def check_parameters(text: PetabText, entities: ModelEntities, faults: list[Fault]) -> None:
    """Add every fault of the parameter tables but those of :func:`check_parameters_are_used`.

    Parameters
    ----------
    text : PetabText
        The problem's files.
    entities : ModelEntities
        The ids of its model.
    faults : list of Fault
        Faults are added here.
    """
    estimates = {1: ("0", "1"), 2: ("true", "false")}[text.listing.version]
    for table in text.tables["parameter"]:
        unique_ids(table, "parameterId", faults)
        for row in table.rows:
            if not _ID.match(row["parameterId"]):
                found = repr(row["parameterId"]) if row["parameterId"] else "nothing"
                faults.append(table.fault(row, "parameterId", found, "letters, digits and _, not first a digit"))
            if is_reserved(row["parameterId"]):
                found = f"{row['parameterId']!r}, which formulas read otherwise"
                faults.append(table.fault(row, "parameterId", found, "another id, in the model too"))
            _check_estimate(table, row, estimates, text.listing.version, faults)
    _check_values(text, entities, faults)


def check_parameters_are_used(
    text: PetabText, entities: ModelEntities, used_names: Collection[str], faults: list[Fault]
) -> None:
    """Add a fault for each parameter that nothing uses, once all formulas, which may use it, are without faults.

    Parameters
    ----------
    text : PetabText
        The problem's files.
    entities : ModelEntities
        The ids of its model.
    used_names : collection of str
        Names in the formulas of the other tables.
    faults : list of Fault
        Faults are added here.
    """
    if any(
        fault.column in (*_FORMULAS, "parameterId") or not fault.column or fault.column.endswith("_files")
        for fault in faults
    ):
        return
    allowed = entities.parameters | (set(used_names) - entities.names)
    for table, row in text.rows("parameter"):
        if row["parameterId"] not in allowed and not is_reserved(row["parameterId"]):
            found = f"{row['parameterId']!r}, which neither the model nor a formula uses"
            faults.append(table.fault(row, "parameterId", found, "a parameter that is used"))


def _check_values(text: PetabText, entities: ModelEntities, faults: list[Fault]) -> None:
    """Add a fault for each parameter of the model that gets a value nowhere."""
    given = text.ids("parameter", "parameterId") | text.ids("condition", "targetId")
    given |= {column for table in text.tables["condition"] for column in table.columns}
    for name in sorted(entities.without_value - given):
        file = str(text.listing.models[0].path)
        faults.append(Fault(file, None, name, "no value", "a value in the model, the parameter or the condition table"))


def _check_estimate(table: TextTable, row: Row, choices: tuple[str, str], version: int, faults: list[Fault]) -> None:
    """Check whether a parameter is estimated, and the numbers that it needs then."""
    written = row["estimate"].lower() if version == 2 else row["estimate"].removesuffix(".0")
    if written not in choices:
        found = repr(row["estimate"]) if row["estimate"] else "nothing"
        faults.append(table.fault(row, "estimate", found, f"{' or '.join(choices)}"))
        return
    estimated = written in ("1", "true")
    if row["nominalValue"] or not estimated:
        needed = "a number (a parameter that is not estimated needs its value)"
        nominal = number_in(table, row, "nominalValue", faults, needed="" if estimated else needed)
    else:
        nominal = None
    if estimated:
        lower, upper = _check_bounds_and_prior(table, row, version, faults)
        if nominal is not None and lower < upper and _is_far_outside(nominal, lower, upper, _is_on_logarithm(row)):
            needed = f"a value within the bounds, {lower:g} to {upper:g}"
            faults.append(table.fault(row, "nominalValue", row["nominalValue"], needed))


def _is_on_logarithm(row: Row) -> bool:
    """Whether a parameter is estimated on a logarithm, or has a prior that is."""
    return row["parameterScale"].startswith("log") or row["priorDistribution"].startswith("log")


def _is_far_outside(nominal: float, lower: float, upper: float, on_logarithm: bool) -> bool:
    """Whether a value lies outside its bounds by more than ``_SLACK`` of their distance.

    Published files have values that were rounded over a bound; a case of PEtab's test suite has 0.5 below a bound of 1.
    """
    if lower <= nominal <= upper:
        return False
    off = [max(lower - nominal, nominal - upper) / (upper - lower)]
    if on_logarithm and min(nominal, lower, upper) > 0:
        off.append(max(math.log(lower / nominal), math.log(nominal / upper)) / math.log(upper / lower))
    return max(off) > _SLACK


def outside_bounds(text: PetabText) -> list[str]:
    """Return the estimated parameters whose nominal value lies a little outside of their bounds."""
    return [
        row["parameterId"]
        for _, row in text.rows("parameter")
        if row["estimate"].lower() in ("1", "1.0", "true")
        and row["nominalValue"]
        and not float(row["lowerBound"]) <= float(row["nominalValue"]) <= float(row["upperBound"])
    ]


def _check_bounds_and_prior(table: TextTable, row: Row, version: int, faults: list[Fault]) -> tuple[float, float]:
    """Check the bounds, the scale and the prior of an estimated parameter; return the bounds, infinite where none."""
    needed = "a number (an estimated parameter needs both bounds)"
    lower = number_in(table, row, "lowerBound", faults, infinite=True, needed=needed)
    upper = number_in(table, row, "upperBound", faults, infinite=True, needed=needed)
    prior = row["objectivePriorType"] if version == 1 else row["priorDistribution"]
    if lower is not None and upper is not None:
        if lower >= upper:
            faults.append(
                table.fault(row, "upperBound", row["upperBound"], f"a number above the lower bound {lower:g}")
            )
        if not prior and not (math.isfinite(lower) and math.isfinite(upper)):
            faults.append(table.fault(row, "lowerBound", f"{lower:g} to {upper:g}", "finite bounds, or a prior"))
    if version == 1:
        known_scale = known_id(table, row, "parameterScale", ("lin", "log", "log10"), faults)
        if known_scale and row["parameterScale"] != "lin" and lower is not None and lower <= 0:
            faults.append(table.fault(row, "lowerBound", row["lowerBound"], "a positive bound on a log scale"))
    bounds = -math.inf if lower is None else lower, math.inf if upper is None else upper
    _check_prior(table, row, prior, version, bounds, faults)
    return bounds


def _check_prior(
    table: TextTable, row: Row, prior: str, version: int, bounds: tuple[float, float], faults: list[Fault]
) -> None:
    """Check the distribution of a prior, its parameters, and that the bounds leave something of it."""
    if not prior:
        return
    type_column, parameter_column, choices = {
        1: ("objectivePriorType", "objectivePriorParameters", _V1_PRIORS),
        2: ("priorDistribution", "priorParameters", {name: name for name in PRIOR_PARAMETERS}),
    }[version]
    if not known_id(table, row, type_column, choices, faults):
        return
    if choices[prior] == "uniform" and not row[parameter_column]:
        return  # the bounds stand in for them
    numbers = parse_numbers(row[parameter_column])
    needed = _numbers_needed(row[parameter_column]) if numbers is None else wrong_parameters(choices[prior], numbers)
    if not needed and numbers is not None:
        scale = row["parameterScale"] if prior.startswith("parameterScale") else ""
        needed = _wrong_reach(choices[prior], numbers, (_on_scale(bounds[0], scale), _on_scale(bounds[1], scale)))
    if needed:
        faults.append(table.fault(row, parameter_column, repr(row[parameter_column]), needed))


def _numbers_needed(text: str) -> str:
    """Say what is needed in place of a list in which something is no number."""
    wrong = [part.strip() for part in text.split(";") if finite_number_of_text(part.strip()) is None]
    remedies = [remedy for fault in wrong if (remedy := number_remedy(fault))]
    return "numbers with ; between them" + (f" ({remedies[0]})" if remedies else "")


def _on_scale(bound: float, scale: str) -> float:
    """Return a bound on the scale that a prior of PEtab 1 is on."""
    if scale not in ("log", "log10"):
        return bound
    logarithm = math.log if scale == "log" else math.log10
    return logarithm(bound) if bound > 0 else -math.inf


def _wrong_reach(distribution: str, numbers: tuple[float, ...], bounds: tuple[float, float]) -> str:
    """Return what a prior must be where its bounds leave nothing of it, else nothing."""
    low, high = support_of(distribution, numbers)
    if low >= bounds[1] or high <= bounds[0]:
        return f"a prior that reaches into the bounds {bounds[0]:g} to {bounds[1]:g}"
    return wrong_bounds(distribution, numbers, *bounds)


def prior_of(parameter: v2.Parameter, row: Row, version: int) -> Prior:
    """Return the prior of an estimated parameter.

    Parameters
    ----------
    parameter : petab.v2.Parameter
        The parameter, upgraded to PEtab 2 where it was 1.
    row : Row
        Its row in the table that the user gave, of PEtab ``version``.
    version : int
        1 or 2.
    """
    low, high = float(row["lowerBound"]), float(row["upperBound"])
    given = row["objectivePriorType"] if version == 1 else row["priorDistribution"]
    if given:
        lower, upper = max(low, 0.0) if parameter.prior_distribution in POSITIVE else low, high
        numbers = tuple(float(number) for number in parameter.prior_parameters)
        if parameter.prior_distribution in ("uniform", "log-uniform"):
            numbers = numbers or (low, high)
        return Prior(str(parameter.prior_distribution), numbers, lower, upper, f"PEtab parameter table: {given}")
    bounds = f"the bounds {low:g}..{high:g}"
    if version == 2:
        return Prior("uniform", (low, high), low, high, f"uniform over {bounds} (what PEtab 2 says without a prior)")
    source = f"{MADE_FROM_BOUNDS} {low:g}..{high:g} (weakly informative, assumed)"
    if row["parameterScale"] == "lin":
        return Prior("normal", ((low + high) / 2, (high - low) / 4), low, high, source, "assumed")
    centre, width = (math.log(low) + math.log(high)) / 2, math.log(high) - math.log(low)
    return Prior("log-normal", (centre, width / 4), 0.0, math.inf, source, "assumed")
