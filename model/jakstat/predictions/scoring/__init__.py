"""Predictions beside measurements that the fit has not seen, and beside naive predictors."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
