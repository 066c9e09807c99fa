"""One checked problem from a PEtab file or a study folder, with every fault of the input reported at once."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
