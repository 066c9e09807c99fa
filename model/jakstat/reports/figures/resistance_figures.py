"""Tables of colours of what alterations do to each drug: fold shift, largest effect, effect at exposure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jakstat.reports.figures.drawing import figure_style
from jakstat.reports.tables import MISSING, number_text

_CELL = (0.95, 0.36)  # inch, of a table of colours
_DARK = 0.45  # place on the colour bar from which text is white
_MANY = 0.05  # share of draws that is worth a word
_SIGNS = {"assumed": "*", "memory": "†"}  # beside cells whose alteration has a size that was not read
_MEANINGS = {"*": "* predicted from an assumed shift", "†": "† from a shift that was remembered"}


@dataclass(frozen=True)
class _Colours:
    """Colours between two values, their ticks and what they mean."""

    name: str
    lowest: float
    highest: float
    ticks: Sequence[float]
    tick_labels: Sequence[str]
    label: str


_SHIFTS = _Colours("cividis_r", 0.0, 2.0, (0, 0.5, 1, 1.5, 2), ("1", "3", "10", "32", "100"), "fold shift of the IC50")
_LOSSES = _Colours("cividis_r", 0.0, 1.0, (0, 0.5, 1), ("0", "50", "100"), "largest effect lost (% of no drug)")
_CHANCES = _Colours("cividis", 0.0, 1.0, (0, 0.5, 1), ("0", "50", "100"), "probability (%)")


def resistance_figure(shifts: pd.DataFrame) -> Figure:
    """Draw the fold shift of each drug's IC50 by each alteration as a table of colours with its 90 % interval.

    Parameters
    ----------
    shifts : DataFrame
        From ``summarise_resistance``: drug, cells, fold_shift_median, fold_shift_lower_90, fold_shift_upper_90,
        share_changed_above, status.
    """
    return _figure(
        shifts, _SHIFTS, _shift_text, lambda row: float(np.log10(row["fold_shift_median"])), _status_of_cells(shifts)
    )


def emax_figure(shifts: pd.DataFrame) -> Figure:
    """Draw how much of each drug's largest effect each alteration takes, as a table of colours with its 90 % interval.

    Parameters
    ----------
    shifts : DataFrame
        From ``summarise_resistance``: drug, cells, emax_change_median, emax_change_lower_90, emax_change_upper_90,
        status.
    """
    return _figure(shifts, _LOSSES, _emax_text, lambda row: -float(row["emax_change_median"]), _status_of_cells(shifts))


def effective_figure(effects: pd.DataFrame, chance: str, status: Mapping[str, str]) -> Figure:
    """Draw the probability that each drug still has an effect at its free average plasma concentration.

    Parameters
    ----------
    effects : DataFrame
        From ``summarise_effects``, of one level: drug, cells, median and the column ``chance``; the cells without the
        alteration first.
    chance : str
        ``probability_<percent>``.
    status : mapping of str to str
        What the size of the alteration of cells rests on (``jakstat.problem.STATUSES``), by cells.
    """
    return _figure(effects, _CHANCES, lambda row: _chance_text(row, chance), lambda row: float(row[chance]), status)


def _status_of_cells(shifts: pd.DataFrame) -> dict[str, str]:
    return dict(zip(shifts["cells"], shifts["status"], strict=True))


def _figure(
    rows: pd.DataFrame,
    colours: _Colours,
    text: Callable[[pd.Series], str],
    value: Callable[[pd.Series], float],
    status: Mapping[str, str],
) -> Figure:
    """Draw a table of colours: drugs across, cells down; signs mark cells whose alteration has a size nobody read."""
    drugs, cells = list(dict.fromkeys(rows["drug"])), list(dict.fromkeys(rows["cells"]))
    grid = rows.set_index(["cells", "drug"])
    values = np.array([[value(grid.loc[(line, drug)]) for drug in drugs] for line in cells])
    with figure_style():
        figure = Figure(figsize=(2.6 + _CELL[0] * len(drugs), 1.5 + _CELL[1] * len(cells)), layout="constrained")
        axes = figure.add_subplot()
        drawn = axes.imshow(values, cmap=colours.name, vmin=colours.lowest, vmax=colours.highest, aspect="auto")
        for row, line in enumerate(cells):
            for column, drug in enumerate(drugs):
                _cell_text(axes, column, row, text(grid.loc[(line, drug)]), values[row, column], colours)
        axes.set_xticks(range(len(drugs)), drugs)
        signs = [_SIGNS.get(status.get(line, ""), "") for line in cells]
        axes.set_yticks(range(len(cells)), [f"{_added(line)}{sign}" for line, sign in zip(cells, signs, strict=True)])
        axes.tick_params(length=0, labelsize=8)
        bar = figure.colorbar(drawn, ax=axes, ticks=list(colours.ticks), shrink=0.8)
        bar.ax.set_yticklabels(colours.tick_labels)
        bar.set_label(colours.label)
        meant = [meaning for sign, meaning in _MEANINGS.items() if sign in signs]
        if meant:
            axes.set_title(f"{cells[0].split(' + ')[0]}: {', '.join(meant)}", fontsize=9)
    return figure


def _cell_text(axes: Axes, column: int, row: int, text: str, value: float, colours: _Colours) -> None:
    """Write into a cell, white on the dark end of the colours."""
    place = (value - colours.lowest) / (colours.highest - colours.lowest)
    dark = place > 1 - _DARK if colours.name.endswith("_r") else place < _DARK
    axes.text(column, row, text, ha="center", va="center", fontsize=6, color="white" if dark else "black")


def _added(cells: str) -> str:
    return cells.partition(" + ")[2] or cells


def _shift_text(row: pd.Series) -> str:
    median, lost = float(row["fold_shift_median"]), float(row["share_changed_above"])
    if np.isnan(median):
        return "no IC50"
    interval = f"{number_text(row['fold_shift_lower_90'], 2)}–{number_text(row['fold_shift_upper_90'], 2)}"
    return f"{number_text(median, 2)} ({interval})" + (f"\n{100 * lost:.0f} % lost" if lost > _MANY else "")


def _emax_text(row: pd.Series) -> str:
    median = float(row["emax_change_median"])
    if np.isnan(median):
        return MISSING
    lower, upper = -100 * row["emax_change_upper_90"], -100 * row["emax_change_lower_90"]
    return f"{_whole(-100 * median)} ({_whole(lower)} to {_whole(upper)})"


def _whole(value: float) -> str:
    return f"{round(value) + 0:d}".replace("-", "−")


def _chance_text(row: pd.Series, chance: str) -> str:
    if np.isnan(row[chance]):
        return MISSING
    return f"{100 * row[chance]:.0f} %\neffect {100 * row['median']:.0f} %"
