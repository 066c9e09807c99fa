"""Pathway models as symbols: SBML to states, rates and initial values."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
