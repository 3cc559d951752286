"""Straight ways for a needle: every entry against every point of the lesion, past everything that must not be met."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
