"""JAK-STAT signalling models fitted to phospho-STAT and viability data, and the drug effects that follow from them."""

import lazy_loader

from jakstat.files import guard_pytensor_folder

__version__ = "0.1.0"

guard_pytensor_folder()  # before PyTensor is imported, which takes its folder from the environment then

# What is asked for is imported when it is asked for: PyMC takes seconds, and the workflow's start needs none of it.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
