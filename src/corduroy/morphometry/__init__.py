"""Heights, angles, canal and grades of vertebrae, from label maps or from a reader's points, and their change."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
