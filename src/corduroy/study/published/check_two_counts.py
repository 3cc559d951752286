"""Check the p value of two counts: chi-squared with and without correction, Fisher; and what would explain another."""

from __future__ import annotations

from corduroy.study.published.claims import CountsClaim
from corduroy.study.published.finding import Finding, Value, Verdict, p_text, printed_p
from corduroy.study.published.printed import Printed
from corduroy.study.published.two_counts import CountTest, Proportion, count_test_p, neighbours

_TESTS = {"chi2": CountTest.CHI2, "chi2-corrected": CountTest.CHI2_CORRECTED, "fisher": CountTest.FISHER}
_Pair = tuple[Proportion, Proportion]


def check_two_counts(claim: CountsClaim) -> Finding:
    """Recompute the p of the tests named in the claim, for the printed denominators and the others given."""
    pairs = [(Proportion(claim.a.count, claim.a.of), Proportion(claim.b.count, claim.b.of))]
    pairs += [
        (Proportion(claim.a.count, other.a), Proportion(claim.b.count, other.b)) for other in claim.other_denominators
    ]
    tests = [_TESTS[name] for name in claim.tests]
    values: dict[str, Value] = {}
    lines = [_line(pair, tests, len(pairs) > 1, values) for pair in pairs]
    printed = f"{pairs[0][0]} v {pairs[0][1]}"
    if claim.p is None:
        return Finding(Verdict.COMPUTED, printed, "; ".join(lines), "Two-sided.", values=values)
    printed += f", {printed_p(claim.p)}"
    fitting = {pair: _fitting(pair, tests, claim.p) for pair in pairs}
    explanation = _explanation(claim.p, pairs, fitting, tests, values)
    verdict, only_as = _verdict(pairs, fitting, tests)
    return Finding(verdict, printed, "; ".join(lines), explanation, only_as, values)


def _line(pair: _Pair, tests: list[CountTest], several: bool, values: dict[str, Value]) -> str:
    said = []
    for test in tests:
        p = count_test_p(*pair, test)
        values[f"{test}, {pair[0]} v {pair[1]}"] = p
        said.append(f"{test} {'undefined' if p is None else p_text(p)}")
    return (f"{pair[0]} v {pair[1]}: " if several else "") + ", ".join(said)


def _fitting(pair: _Pair, tests: list[CountTest], printed: Printed) -> list[CountTest]:
    found = ((test, count_test_p(*pair, test)) for test in tests)
    return [test for test, p in found if p is not None and printed.admits(p)]


def _verdict(pairs: list[_Pair], fitting: dict[_Pair, list[CountTest]], tests: list[CountTest]) -> tuple[Verdict, str]:
    if len(fitting[pairs[0]]) == len(tests):
        return Verdict.FITS, ""
    named = []
    for pair, found in fitting.items():
        where = "" if pair == pairs[0] else f" of {pair[0]} v {pair[1]}"
        named += [f"{test}{where}" for test in found]
    if named:
        return Verdict.FITS_ONLY_AS, " or ".join(named)
    undefined = all(count_test_p(*pair, test) is None for pair in pairs for test in tests)
    return (Verdict.CANNOT_BE_CHECKED if undefined else Verdict.DOES_NOT_FIT), ""


def _explanation(
    p: Printed,
    pairs: list[_Pair],
    fitting: dict[_Pair, list[CountTest]],
    tests: list[CountTest],
    values: dict[str, Value],
) -> str:
    if any(fitting.values()):
        return "Two-sided."
    near = []
    for pair in neighbours(*pairs[0]):
        for test in _fitting(pair, tests, p):
            found = count_test_p(*pair, test)
            values[f"{test}, {pair[0]} v {pair[1]}"] = found
            near.append(f"{pair[0]} v {pair[1]} would give it ({test} {p_text(found or 0.0)})")
    tried = "None of these tests gives the printed p"
    tried += " with any of these denominators. " if len(pairs) > 1 else ". "
    if near:
        return (
            f"{tried}{'; '.join(near[:3])}, which may be chance. Possible reasons: a misprint, patients left out, "
            "another test."
        )
    return f"{tried}Possible reasons: a misprint, another denominator, another (adjusted, one-sided) test."
