"""Check every claim of a paper."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from importlib import resources
from typing import Any

from corduroy import __version__
from corduroy.study.published import claims
from corduroy.study.published.check_counts import check_sum, check_versions
from corduroy.study.published.check_grades import check_grades
from corduroy.study.published.check_intervals import check_proportion, check_rate
from corduroy.study.published.check_mean import check_mean
from corduroy.study.published.check_means import check_means
from corduroy.study.published.check_paired import check_paired
from corduroy.study.published.check_percent import check_percent
from corduroy.study.published.check_recovery import check_recovery
from corduroy.study.published.check_two_counts import check_two_counts
from corduroy.study.published.claims import Claim, Paper
from corduroy.study.published.finding import Finding

SCHEMA = "corduroy/check-paper/1"


@singledispatch
def check_claim(claim: Claim) -> Finding:
    """Check one claim; which check is made follows from the kind of claim."""
    raise NotImplementedError(type(claim).__name__)


check_claim.register(claims.MeanClaim, check_mean)
check_claim.register(claims.PercentClaim, check_percent)
check_claim.register(claims.MeansClaim, check_means)
check_claim.register(claims.CountsClaim, check_two_counts)
check_claim.register(claims.PairedClaim, check_paired)
check_claim.register(claims.GradesClaim, check_grades)
check_claim.register(claims.SumClaim, check_sum)
check_claim.register(claims.VersionsClaim, check_versions)
check_claim.register(claims.RecoveryClaim, check_recovery)
check_claim.register(claims.ProportionClaim, check_proportion)
check_claim.register(claims.RateClaim, check_rate)


@dataclass(frozen=True)
class CheckedClaim:
    """A claim beside what was found."""

    claim: Claim
    finding: Finding


@dataclass(frozen=True)
class CheckedPaper:
    """All claims of a paper, checked, in the order of the file."""

    paper: Paper
    claims: tuple[CheckedClaim, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON: no NaN, keys stable under the schema's name."""
        return {
            "schema": SCHEMA,
            "title": self.paper.title,
            "source": self.paper.source,
            "claims": [self._row(number, checked) for number, checked in enumerate(self.claims, start=1)],
            "software": "corduroy",
            "version": __version__,
        }

    def _row(self, number: int, checked: CheckedClaim) -> dict[str, Any]:
        claim, finding = checked.claim, checked.finding
        return {
            "number": number,
            "id": claim.id,
            "what": claim.what,
            "source": claim.source or self.paper.source,
            "place": claim.place,
            "note": claim.note,
            "printed": finding.printed,
            "recomputed": finding.recomputed,
            "verdict": str(finding.verdict),
            "only_as": finding.only_as or None,
            "explanation": finding.explanation,
            "values": dict(finding.values),
        }


def check_paper(paper: Paper) -> CheckedPaper:
    """Check every claim of a paper.

    Parameters
    ----------
    paper : Paper
        From `read_paper`, `parse_paper`, or made in code.

    Notes
    -----
    A number that does not fit is a question to its authors, not an answer: misprints, missing values, post-hoc changes
    of n and rounding explain most of them. A number that fits is not thereby right.
    """
    return CheckedPaper(paper, tuple(CheckedClaim(claim, check_claim(claim)) for claim in paper.claims))


def example_text() -> str:
    """The file of claims that is shipped as an example."""
    return resources.files(__package__).joinpath("example.yaml").read_text(encoding="utf-8")
