"""Check the p value of two groups given by n, mean and SD: which of the usual tests can have printed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corduroy.study.published.claims import MeansClaim
from corduroy.study.published.finding import Finding, Value, Verdict, p_text, printed_p, readable
from corduroy.study.published.printed import Printed
from corduroy.study.published.rank_tests import Form, mann_whitney_p, smallest_two_group_p
from corduroy.study.published.two_means import Group, PRange, can_be_separate, difference, t_test_p

_T_TESTS = {"student": "Student's t", "welch": "Welch's t"}
_SHORT = {Form.EXACT: "exact", Form.NORMAL: "normal approximation", Form.CORRECTED: "with continuity correction"}
_ROUNDED = " within the rounding of means and SDs"
_NEIGHBOURS = 5
"""How many printed p values on either side are tried, to say whether a match means anything; author's choice."""


@dataclass(frozen=True)
class _Match:
    """What one test says: its line in the table, and by what name the printed p fits, if it does."""

    line: str
    fits_as: str = ""
    remark: str = ""
    in_every_form: bool = True


def check_means(claim: MeansClaim) -> Finding:
    """Recompute difference, effect size and the p of the tests named in the claim."""
    a, b = (Group(side.n, side.mean, side.sd) for side in (claim.a, claim.b))
    values: dict[str, Value] = {}
    printed = f"{a.mean} ± {a.sd} (n = {a.n}) v {b.mean} ± {b.sd} (n = {b.n})"
    said = _difference(a, b, values)
    matches = [_t_test(a, b, name, claim.p, values) for name in claim.tests if name in _T_TESTS]
    if "mann-whitney" in claim.tests and claim.p is not None:
        matches.append(_mann_whitney(a, b, claim.p, claim.u, values))
    recomputed = "; ".join(match.line for match in matches)
    if claim.p is None:
        return Finding(Verdict.COMPUTED, printed, said.rstrip(".") or recomputed, f"{recomputed}.", values=values)
    fitting = [match for match in matches if match.fits_as]
    remarks = [match.remark for match in matches if match.remark]
    explanation = " ".join([*remarks, said, _conclusion(fitting)]).strip()
    verdict, only_as = _verdict(matches, fitting)
    return Finding(verdict, f"{printed}, {printed_p(claim.p)}", recomputed, explanation, only_as, values)


def _verdict(matches: Sequence[_Match], fitting: Sequence[_Match]) -> tuple[Verdict, str]:
    if not fitting:
        return Verdict.DOES_NOT_FIT, ""
    if len(fitting) == len(matches) and all(match.in_every_form for match in fitting):
        return Verdict.FITS, ""
    rounded = _ROUNDED if all(match.fits_as.endswith(_ROUNDED) for match in fitting) else ""
    return Verdict.FITS_ONLY_AS, " or ".join(match.fits_as.removesuffix(rounded) for match in fitting) + rounded


def _conclusion(fitting: Sequence[_Match]) -> str:
    if fitting:
        return ""
    return (
        "None of these tests gives the printed p from the printed numbers; possible reasons: a misprint, another n "
        "(missing values), another test (adjusted, post-hoc, one-sided, on changes or on logarithms)."
    )


def _difference(a: Group, b: Group, values: dict[str, Value]) -> str:
    found = difference(a, b)
    if found is None:
        return ""
    values |= {"difference": found.value, "low": found.low, "high": found.high, "Hedges g": found.hedges_g}
    interval = f"{readable(found.value)} ({found.low:.1f} to {found.high:.1f})"
    return f"Difference {interval}, 95 % interval of the pooled variance, Hedges' g {found.hedges_g:.2f}."


def _t_test(a: Group, b: Group, name: str, p: Printed | None, values: dict[str, Value]) -> _Match:
    title = _T_TESTS[name]
    found = t_test_p(a, b, equal_variances=name == "student")
    if found is None:
        return _Match(f"{title}: undefined, no spread")
    values |= {title: found.nominal, f"{title}, lowest": found.low, f"{title}, highest": found.high}
    line = f"{title} {p_text(found.nominal)}"
    if p is None:
        return _Match(line)
    fits_as, remark = _t_reading(found, title, p)
    return _Match(line, fits_as, remark, not fits_as.endswith(_ROUNDED))


def _t_reading(found: PRange, title: str, p: Printed) -> tuple[str, str]:
    if p.admits(found.nominal):
        return title, ""
    if p.admits(found.low, found.high):
        remark = (
            f"The printed digits as they are give {p_text(found.nominal)} by {title}; means and SDs that round to them "
            f"give {p_text(found.low)} to {p_text(found.high)}, so the printed p is not excluded."
        )
        return f"{title}{_ROUNDED}", remark
    return "", ""


def _mann_whitney(a: Group, b: Group, p: Printed, u: int | None, values: dict[str, Value]) -> _Match:
    """Without the data any U may be the true one, so every one is tried; a known U decides."""
    lists = {form: mann_whitney_p(a.n, b.n, form) for form in (Form.NORMAL, Form.CORRECTED, Form.EXACT)}
    known = {form: ps for form, ps in lists.items() if ps is not None}
    if not known:
        return _Match("Mann-Whitney: not tried", "", "With groups this large some U gives nearly every p.")
    wanted = None if u is None else min(u, a.n * b.n - u)
    fitting: list[str] = []
    for form, ps in known.items():
        tried = range(len(ps)) if wanted is None else [wanted]
        if wanted is not None:
            values[f"Mann-Whitney, {form}"] = ps[wanted]
        matching = [v for v in tried if p.admits(ps[v])]
        values[f"Mann-Whitney, {form}, fitting U"] = ", ".join(map(str, matching))
        if matching:
            where = f" at U = {_span(matching)}" if wanted is None else ""
            fitting.append(f"{_SHORT[form]}{where}")
    line = _line(known, wanted)
    if not fitting:
        floor = p_text(smallest_two_group_p(a.n, b.n))
        return _Match(line, "", f"No U{'' if wanted is None else f' = {wanted}'} gives it; the exact floor is {floor}.")
    at = "" if wanted is None else f" at U = {wanted}"
    decided = wanted is not None and len(fitting) == len(known)
    return _Match(line, f"Mann-Whitney{at}, {' or '.join(fitting)}", _meaning(a, b, p, known, wanted), decided)


def _line(known: dict[Form, tuple[float, ...]], wanted: int | None) -> str:
    u = 0 if wanted is None else wanted
    each = " / ".join(f"{_SHORT[form]} {p_text(ps[u])}" for form, ps in known.items())
    return f"Mann-Whitney {'smallest, ' if wanted is None else ''}U = {u}: {each}"


def _span(matching: Sequence[int]) -> str:
    return str(matching[0]) if len(matching) == 1 else f"{matching[0]} to {matching[-1]}"


def _meaning(a: Group, b: Group, p: Printed, known: dict[Form, tuple[float, ...]], wanted: int | None) -> str:
    """How much a match says: nothing where the neighbouring printed values are reached as well."""
    notes = []
    if wanted is None and _reaches_all_neighbours(p, known):
        notes.append(f"With {a.n} and {b.n} patients some U reaches any such p, so a Mann-Whitney fit says little.")
    reached = wanted == 0 or (wanted is None and any(p.admits(ps[0]) for ps in known.values()))
    if reached and not can_be_separate(a, b):
        notes.append("U = 0 needs groups that do not overlap, which these means and SDs exclude.")
    elif reached:
        notes.append("U = 0, groups that do not overlap, is possible with these means and SDs.")
    return " ".join(notes)


def _reaches_all_neighbours(p: Printed, known: dict[Form, tuple[float, ...]]) -> bool:
    if not p.is_exact:
        return True
    half, step = float(p.unit_in_last_place / 2), float(p.unit_in_last_place)
    centres = [float(p.value) + k * step for k in range(-_NEIGHBOURS, _NEIGHBOURS + 1)]
    inside = [centre for centre in centres if step <= centre <= 1]
    return all(any(abs(q - centre) <= half for ps in known.values() for q in ps) for centre in inside)
