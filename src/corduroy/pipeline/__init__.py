"""The steps of a case, their cache by content hash, resume after an interruption; one case or many.

>>> from pathlib import Path
>>> from corduroy.pipeline import Outputs, find_cases, run_case
>>> for case in find_cases(Path("cohort")):  # doctest: +SKIP
...     run_case(case, outputs=Outputs.for_case(case))
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
