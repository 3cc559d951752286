"""Vertebrae from a label map: levels, schemes, frames, bodies, endplates, canal and posterior elements."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
