"""Invented patients: six whose totals are those of the index series, and as many as a benchmark wants.

Nobody in here exists. Every pseudonym begins with ``SYN-``, and `is_synthetic` finds them again wherever they went.
"""

from corduroy.registry.synthetic.mark import NOTICE, PREFIX, is_synthetic
from corduroy.registry.synthetic.population import random_case_files, random_frames
from corduroy.registry.synthetic.six import six_patients

__all__ = ["NOTICE", "PREFIX", "is_synthetic", "random_case_files", "random_frames", "six_patients"]
