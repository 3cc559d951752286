"""Whatever the file holds: a table, or an error that says what was expected; never anything else."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corduroy.errors import CorduroyError
from corduroy.study.published import CheckedPaper, check_paper, example_text, parse_paper

NUMBERS = st.one_of(
    st.from_regex(r"-?[0-9]{1,5}(\.[0-9]{1,4})?", fullmatch=True),
    st.from_regex(r"[<>]0\.[0-9]{1,4}", fullmatch=True),
    st.sampled_from(["0", "0.0", "1", "100", "9999999", "10000000", "0.000000000000001", "999999999999999", "", "-0"]),
)
COUNTS = st.one_of(st.integers(0, 60), st.integers(0, 10_000_000)).map(str)
AT_LEAST_TWO = st.one_of(st.integers(2, 60), st.integers(2, 10_000_000)).map(str)
SPREADS = st.from_regex(r"[0-9]{1,4}(\.[0-9]{1,3})?", fullmatch=True)
STEPS = st.sampled_from(["1", "0.5", "50", "0.01", "100"])
PS = st.one_of(st.from_regex(r"[<>=]?0\.[0-9]{1,4}", fullmatch=True), st.sampled_from(["0", "1", "1.0", "<1"]))
ANY = st.one_of(NUMBERS, COUNTS, st.text(max_size=8), st.none(), st.lists(COUNTS, max_size=4))
GROUP = st.fixed_dictionaries({"n": AT_LEAST_TWO, "mean": NUMBERS, "sd": SPREADS})
PAIR = st.one_of(st.tuples(*[st.integers(0, 60)] * 2), st.tuples(*[st.integers(0, 100_000)] * 2)).map(sorted)
SHARE = PAIR.map(lambda pair: {"count": str(pair[0]), "of": str(pair[1] + 1)})
GRADES = st.dictionaries(st.sampled_from("ABCDE"), COUNTS, min_size=1)
SAME_GRADES = st.permutations(["3", "0", "7", "1", "900000"]).map(
    lambda counts: dict(zip("ABCDE", counts, strict=True))
)
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "mean": (
        {"n": AT_LEAST_TWO, "mean": NUMBERS},
        {"sd": SPREADS, "unit": STEPS, "items": st.sampled_from("123"), "low": NUMBERS, "high": NUMBERS},
    ),
    "percent": ({"percent": NUMBERS}, {"count": COUNTS, "of": COUNTS}),
    "two means": ({"a": GROUP, "b": GROUP}, {"p": PS, "u": st.sampled_from("03")}),
    "two counts": ({"a": SHARE, "b": SHARE}, {"p": PS}),
    "paired": (
        {"n": AT_LEAST_TWO, "p": PS},
        {
            "unchanged": COUNTS,
            "test": st.sampled_from(["sign", "t", "signed-rank"]),
            "mean_change": NUMBERS,
            "sd_change": SPREADS,
        },
    ),
    "grades": (
        {
            "grades": st.just(list("ABCDE")),
            "before": st.one_of(GRADES, SAME_GRADES),
            "after": st.one_of(GRADES, SAME_GRADES),
        },
        {"improved": st.one_of(COUNTS, st.just("all")), "worsened": COUNTS, "by": st.sampled_from("123456"), "p": PS},
    ),
    "sum": ({"parts": st.lists(COUNTS, max_size=5), "total": COUNTS}, {"of": COUNTS, "percent": NUMBERS}),
    "recovery": ({"before": NUMBERS, "after": NUMBERS, "full": NUMBERS}, {"percent": NUMBERS}),
    "proportion": ({"count": COUNTS, "of": COUNTS}, {"percent": NUMBERS, "low": NUMBERS, "high": NUMBERS}),
    "rate": ({"events": COUNTS, "person_years": NUMBERS}, {"low": NUMBERS, "high": NUMBERS}),
}
CLAIMS = st.one_of(
    [
        st.fixed_dictionaries({"kind": st.just(kind), "what": st.just("w"), **needed}, optional=optional)
        for kind, (needed, optional) in KINDS.items()
    ]
)
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def checked(text: str | bytes) -> CheckedPaper | None:
    with contextlib.suppress(CorduroyError):
        found = check_paper(parse_paper(text))
        json.dumps(found.as_dict(), allow_nan=False)
        return found
    return None


@settings(SLOW, max_examples=250)
@given(CLAIMS)
def test_any_numbers(claim: dict[str, Any]) -> None:
    found = checked(yaml.safe_dump({"title": "t", "claims": [claim]}))
    if found is not None:
        finding = found.claims[0].finding
        assert finding.printed
        assert finding.recomputed
        assert finding.explanation


@settings(SLOW, max_examples=100)
@given(CLAIMS, st.sampled_from(["n", "mean", "p", "a", "count", "kind", "what", "before", "x"]), ANY)
def test_any_value_in_any_field(claim: dict[str, Any], field: str, value: Any) -> None:
    checked(yaml.safe_dump({"title": "t", "claims": [{**claim, field: value}]}))


@settings(SLOW, max_examples=100)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_any_text(text: str | bytes) -> None:
    checked(text)


@settings(SLOW, max_examples=40)
@given(st.data())
def test_any_damage_of_the_example(data: st.DataObject) -> None:
    text = example_text()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 30, len(text))))
    checked(text[:start] + data.draw(st.text(max_size=5)) + text[end:])
