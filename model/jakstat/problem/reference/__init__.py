"""Inhibitors, alterations, receptors and cell lines: their tables, and what each does to parameters of a model."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
