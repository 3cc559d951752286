"""Checks of published numbers: can they be, and which test can have printed this p?"""

from corduroy.study.published.check import CheckedClaim, CheckedPaper, check_claim, check_paper, example_text
from corduroy.study.published.claims import Claim, Paper
from corduroy.study.published.finding import Finding, Verdict
from corduroy.study.published.grim import fits_grim
from corduroy.study.published.grimmer import fits_grimmer
from corduroy.study.published.paper_file import parse_paper, read_paper
from corduroy.study.published.printed import Printed, Rounding

__all__ = [
    "CheckedClaim",
    "CheckedPaper",
    "Claim",
    "Finding",
    "Paper",
    "Printed",
    "Rounding",
    "Verdict",
    "check_claim",
    "check_paper",
    "example_text",
    "fits_grim",
    "fits_grimmer",
    "parse_paper",
    "read_paper",
]
