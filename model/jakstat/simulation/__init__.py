"""Solving the pathway's equations: generated kernels, integrator with discrete adjoint, and the PyTensor operation."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
