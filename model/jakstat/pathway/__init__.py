"""Pathway models as symbols: SBML to states, rates and initial values; interventions as formulas on parameters."""

from jakstat.pathway.records import Event, Pathway, UnsupportedModelError
from jakstat.pathway.sbml import read_pathway
from jakstat.pathway.symbols import TIME, names_in, substitute_names, symbol

__all__ = [
    "TIME",
    "Event",
    "Pathway",
    "UnsupportedModelError",
    "names_in",
    "read_pathway",
    "substitute_names",
    "symbol",
]
