"""Measurements that are public and may not be shipped: where from, by which digest, into which table."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
