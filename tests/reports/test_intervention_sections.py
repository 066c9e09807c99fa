"""The section on drugs and alterations of a problem without cell lines."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from jakstat.predictions import measure_combination, measure_dose_response, summarise_metrics
from jakstat.reports import InterventionResults
from jakstat.reports.page import Cell, Picture, Table
from jakstat.reports.sections.intervention_answers import intervention_section, intervention_sentences

DOSES = np.array([0.0, 10.0, 100.0, 1000.0])


@pytest.fixture
def results():
    half = np.array([[50.0, 5e6], [200.0, 5e6]])[:, :, None]
    share = 1 / (1 + DOSES / half)
    response = xr.DataArray(
        share[None, :, None],
        dims=("chain", "draw", "cells", "drug", "dose"),
        coords={
            "chain": [0],
            "draw": [0, 1],
            "cells": ["made"],
            "drug": ["near", "far"],
            "dose": ("dose", DOSES, {"units": "nM"}),
        },
        attrs={"units": "1", "readout": "level", "observable": "level", "time_h": 1.0},
    )
    alone = response.isel(cells=0, drug=0, drop=True)
    pair = (alone.rename(dose="dose_a") * alone.rename(dose="dose_b")).assign_attrs(units="1")
    shifts = pd.DataFrame(
        {
            "cells": ["made + faster"],
            "drug": ["near"],
            "fold_shift_median": [3.21],
            "fold_shift_lower_90": [2.0],
            "fold_shift_upper_90": [5.0],
            "share_changed_above": [0.25],
            "emax_change_median": [-0.1],
            "status": ["assumed"],
        }
    )
    measures = summarise_metrics(measure_dose_response(response))
    return InterventionResults(response, measures, shifts, {"near + near on made": measure_combination(pair)})


def test_the_section_shows_curves_measures_shifts_and_pairs(results, tables):
    section = intervention_section(results, tables)
    shown = [block for block in section.blocks if isinstance(block, Table)]
    pictures = [block for block in section.blocks if isinstance(block, Picture)]
    assert [picture.title for picture in pictures] == ["Dose responses.", "Excess over Bliss.", "Excess over Loewe."]
    assert shown[0].rows[0][:3] == ("made", "near", "125")
    assert shown[0].rows[1][4] == "0 %"
    assert shown[1].rows[0][:3] == ("made + faster", "near", Cell("assumed", "bad"))
    assert shown[1].rows[0][5] == "25 %"


def test_without_pairs_and_shifts_there_is_neither(results, tables):
    section = intervention_section(InterventionResults(results.response, results.measures, pd.DataFrame(), {}), tables)
    assert [type(block) for block in section.blocks] == [Picture, Table]


def test_the_answer_is_an_ic50_or_that_there_is_none(results, tables):
    first, second = intervention_sentences(results, tables)
    assert "With near, made: the signal of level at 1 h falls to half at 125 nM" in first
    assert "With far, made: the signal of level at 1 h falls to half at no dose" in second
