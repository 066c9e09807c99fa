"""Files as they stand on disk, and what is wrong with them: text, tables, YAML, results; faults with their places."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
