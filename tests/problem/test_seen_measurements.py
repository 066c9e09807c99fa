"""What a fit has seen, itself or through the fit that it started from, and what may not be scored with it."""

from dataclasses import replace

import pytest
import xarray as xr

from jakstat.files import UnusableFileError
from jakstat.problem import (
    SEEN,
    Measurement,
    ProblemTables,
    measurements_seen,
    require_nothing_else_seen,
    require_unseen,
)

MEASUREMENTS = tuple(
    Measurement("level", f"dose_{number}", 60.0, value) for number, value in enumerate((1.0, 0.8, 1.0))
)
TABLES = ProblemTables("screen", "", (), (), (), MEASUREMENTS, "min")


def fit_of(tables: ProblemTables, start_from: xr.DataTree | None = None) -> xr.DataTree:
    tree = xr.DataTree()
    tree.attrs[SEEN] = measurements_seen(tables, start_from)
    return tree


def without(*numbers: int) -> ProblemTables:
    kept = tuple(row for number, row in enumerate(MEASUREMENTS) if number not in numbers)
    return replace(TABLES, measurements=kept)


def test_a_fit_that_saw_the_left_out_measurements_gives_no_start():
    require_nothing_else_seen(fit_of(without(1)), without(1))
    require_nothing_else_seen(fit_of(without(1, 2)), without(1))
    with pytest.raises(
        UnusableFileError, match="has seen 1 measurements that are left out here and scored.*start_from"
    ):
        require_nothing_else_seen(fit_of(TABLES), without(1))


def test_a_left_out_value_that_another_row_has_as_well_is_missed():
    with pytest.raises(UnusableFileError, match="has seen 1 measurements"):
        require_nothing_else_seen(fit_of(TABLES), without(2))


def test_a_renamed_experiment_hides_nothing():
    renamed = tuple(replace(row, experiment_id=f"x{row.experiment_id}") for row in MEASUREMENTS)
    with pytest.raises(UnusableFileError, match="has seen 1 measurements"):
        require_nothing_else_seen(fit_of(replace(TABLES, measurements=renamed)), without(1))


def test_what_a_fit_saw_is_handed_on_to_the_fits_that_start_from_it():
    second = fit_of(without(1), fit_of(without(0), fit_of(TABLES)))
    with pytest.raises(UnusableFileError, match="has seen 1 measurements"):
        require_nothing_else_seen(second, without(1))
    require_nothing_else_seen(second, TABLES)


def test_a_fit_that_does_not_say_what_it_saw_gives_no_start():
    with pytest.raises(UnusableFileError, match="found no record of the measurements that this fit saw"):
        measurements_seen(TABLES, xr.DataTree())


def test_held_out_values_that_came_in_through_the_start_are_refused():
    rows = [("level", 60.0, 0.8, "")]
    require_unseen(measurements_seen(TABLES), TABLES, rows, "GDSC2")  # in common by chance
    require_unseen({}, TABLES, rows, "GDSC2")
    leaked = measurements_seen(without(1), fit_of(TABLES))
    with pytest.raises(
        UnusableFileError, match="score GDSC2: found a fit that started from one that has seen 1 of these"
    ):
        require_unseen(leaked, without(1), rows, "GDSC2")
    require_unseen(leaked, without(1), [("level", 60.0, 0.7, "")], "GDSC2")
