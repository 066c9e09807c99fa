"""The command `jakstat`: a study from laboratories' files, its check, its run, how far it is, its report."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
