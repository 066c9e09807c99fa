from .pathway_records import Event as Event, Pathway as Pathway, UnsupportedModelError as UnsupportedModelError
from .sbml import read_pathway as read_pathway
from .symbols import TIME as TIME, names_in as names_in, substitute_names as substitute_names, symbol as symbol
