"""Images of a patient: read, written, turned to RAS+ and resampled. The only home of axes and frames."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
