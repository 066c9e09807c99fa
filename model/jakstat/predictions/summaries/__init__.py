"""What a fit says of parameters, cell lines and inhibitors, prior and posterior side by side."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
