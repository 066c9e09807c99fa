"""What may be asked of a fit: experiments that nobody has made, of a study or of any PEtab problem."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
