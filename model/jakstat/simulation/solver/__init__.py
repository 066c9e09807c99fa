"""The solver, compiled by numba once for all models; its digest is that of all modules of this folder."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
