"""Study folders: study.yaml, tables of measurements as a lab has them, parameters, a model."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
