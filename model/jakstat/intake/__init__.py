"""Laboratories' exports into a study folder: what columns, units and names mean; tidy tables and what they need."""

import lazy_loader

# What others use stands in __init__.pyi, once.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
