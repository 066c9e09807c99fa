"""Figures of a fit that was let through the gate by name carry its warning below the axes."""

import textwrap

from matplotlib.figure import Figure

from jakstat.reports.figures.drawing import BAD

_SIZE = 8.0  # pt
_CHARACTERS_PER_INCH = 15  # of that size, so that a line is no wider than the figure


def stamp_warning(figure: Figure, warning: str) -> Figure:
    """Write the warning below the axes, where there is one, and return the figure."""
    if warning:
        lines = textwrap.fill(warning, int(_CHARACTERS_PER_INCH * figure.get_figwidth()))
        figure.supxlabel(lines, color=BAD, fontsize=_SIZE)
    return figure
