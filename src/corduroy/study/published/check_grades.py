"""Check what is said about single patients against the numbers of patients per grade before and after."""

from __future__ import annotations

from dataclasses import replace

from corduroy.study.published.claims import GradesClaim
from corduroy.study.published.finding import Finding, Value, Verdict, p_text, printed_p, readable
from corduroy.study.published.margins import Margins
from corduroy.study.published.rank_tests import sign_test_p


def check_grades(claim: GradesClaim) -> Finding:
    """Whether the claim follows from the margins, is possible, or is impossible; and what else they determine."""
    before, after = ([margin.get(grade, 0) for grade in claim.grades] for margin in (claim.before, claim.after))
    printed = f"{_counts(claim.before)} -> {_counts(claim.after)}{_claimed(claim)}"
    if sum(before) != sum(after):
        said = (
            f"{sum(before)} patients before and {sum(after)} after; patients may have been lost or left out, and then "
            "the grades do not tell who changed."
        )
        return Finding(Verdict.CANNOT_BE_CHECKED, printed, f"{sum(before)} v {sum(after)}", said)
    margins = Margins(before, after, claim.by)
    improved, worsened = margins.improved(), margins.worsened()
    values: dict[str, Value] = {
        "least improved": improved[0],
        "most improved": improved[1],
        "least worsened": worsened[0],
        "most worsened": worsened[1],
        "mean gain": float(margins.mean_gain),
    }
    recomputed = f"improved {_span(improved)} of {margins.n}, worsened {_span(worsened)}"
    verdict, said = _judged(claim, margins, improved, worsened)
    said += f" Mean gain {readable(float(margins.mean_gain))} grades, which follows from the margins alone."
    found = Finding(verdict, printed, recomputed, said, values=values)
    fixed = _fixed_numbers(claim, margins.n, improved, worsened)
    return found if fixed is None or claim.by != 1 else _with_sign_test(claim, *fixed, found)


def _counts(margin: dict[str, int]) -> str:
    return " ".join(f"{grade}{count}" for grade, count in margin.items() if count)


def _claimed(claim: GradesClaim) -> str:
    parts = [] if claim.improved is None else [f"{claim.improved} improved"]
    parts += [] if claim.worsened is None else [f"{claim.worsened} worsened"]
    parts += [] if claim.p is None else [printed_p(claim.p)]
    return f" ({', '.join(parts)})" if parts else ""


def _span(ends: tuple[int, int]) -> str:
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _judged(
    claim: GradesClaim, margins: Margins, improved: tuple[int, int], worsened: tuple[int, int]
) -> tuple[Verdict, str]:
    better = margins.n if claim.improved == "all" else claim.improved
    if better is None and claim.worsened is None:
        return Verdict.COMPUTED, "Nothing is claimed about single patients."
    if not margins.allow(better, claim.worsened):
        return (
            Verdict.DOES_NOT_FIT,
            "No assignment of patients to these grades has the claimed numbers; possible reasons: a misprint, another "
            "definition of improvement, patients left out of one margin.",
        )
    if (better is None or improved[0] == improved[1]) and (claim.worsened is None or worsened[0] == worsened[1]):
        return Verdict.FITS, "The claim follows from the margins, whoever had which grade."
    return (
        Verdict.FITS,
        "The claim is possible, but does not follow: the same margins also arise from other numbers; the patients' "
        "pairs of grades would decide.",
    )


def _fixed_numbers(
    claim: GradesClaim, n: int, improved: tuple[int, int], worsened: tuple[int, int]
) -> tuple[int, int] | None:
    """How many improved and worsened, where margins and claim leave one answer and anybody changed."""
    if improved[0] == improved[1] and worsened[0] == worsened[1] and improved[0] + worsened[0]:
        return improved[0], worsened[0]
    return (n, 0) if claim.improved == "all" and improved[1] == n else None


def _with_sign_test(claim: GradesClaim, up: int, down: int, found: Finding) -> Finding:
    p = sign_test_p(up + down, max(up, down))
    said = f"{found.explanation} Exact sign test of {up} better, {down} worse: p = {p_text(p)}."
    verdict = found.verdict
    if claim.p is not None and not claim.p.admits(p):
        said += " The printed p is another; another test may have been used."
        verdict = Verdict.DOES_NOT_FIT
    elif claim.p is not None and verdict == Verdict.COMPUTED:
        verdict = Verdict.FITS
    return replace(found, verdict=verdict, explanation=said, values={**found.values, "sign test": p})
