from __future__ import annotations

from pathlib import Path

import pytest

from corduroy.errors import CorduroyError, FileFormatError, InputError
from corduroy.study.published import Paper, parse_paper, read_paper
from corduroy.study.published.claims import MeanClaim

START = "title: t\nclaims:\n"


def test_trailing_zeros_are_kept_without_quotes() -> None:
    (claim,) = parse_paper(START + "  - {kind: mean, what: age, n: 6, mean: 52.30}\n").claims
    assert isinstance(claim, MeanClaim)
    assert (claim.mean.text, claim.mean.decimals) == ("52.30", 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("a: [", "line 1"),
        ("[1, 2]", "expected fields"),
        ("title: t", "claims: is missing"),
        ("title: t\ntitle: u", "line 2: title a second time"),
        ("title: t\nclaims: {}", "expected a list"),
        ("title: t\nclaims: []", "at least 1 item"),
        (START + " - what: w", "claim 1, line 3: expected a field `kind`"),
        (START + " - kind: mode\n   what: w", "'mean', 'percent'"),
        (
            START + " - kind: mean\n   what: w\n   n: six\n   mean: 3.4",
            "claim 1 (mean), line 5, n: expected a whole number",
        ),
        (START + " - kind: mean\n   what: w\n   n: 6\n   mean: 1,093", "line 6, mean: expected a number as printed"),
        (START + " - kind: mean\n   what: w\n   n: 6\n   mean: <5", "expected a value, not a bound"),
        (START + " - kind: mean\n   what: w\n   n: 6\n   mean: 3\n   age: 3", "line 7, age: is no field here"),
        (START + " - {kind: mean, what: w, n: 6, mean: 3, low: 5, high: 4}", "low not above high"),
        (START + " - {kind: mean, what: w, n: 0, mean: 3}", "greater than or equal to 1"),
        (START + " - {kind: percent, what: w, percent: 5}", "got neither"),
        (START + " - {kind: percent, what: w, percent: 5, count: 7, of: 6}", "got 7 of 6"),
        (START + " - {kind: paired, what: w, n: 6, p: 1.2}", "a p value from 0 to 1"),
        (START + " - {kind: grades, what: w, grades: [A, B], before: {A: 1}, after: {C: 1}}", "only the grades A, B"),
        (START + " - &a {kind: *a}", "a reference"),
        ("&a [*a, *a]", "a reference"),
        ("[" * 3000, "nested too deeply"),
        ("? [a]\n: b", "a key that is no word"),
        ('title: "a\\eb"', "visible characters"),
    ],
)
def test_bad_files_are_named_by_claim_and_line(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_paper(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_all_problems_in_one_go() -> None:
    text = START + "".join(f" - {{kind: mean, what: w, n: x{i}, mean: 3}}\n" for i in range(8))
    with pytest.raises(InputError, match=r"claim 1 .*claim 5 .*and 3 more"):
        parse_paper(text)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00", b"\x80abc", "title: ü".encode("latin-1")])
def test_what_is_no_text_is_no_yaml(content: bytes) -> None:
    with pytest.raises(FileFormatError):
        parse_paper(content)


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_paper(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="cannot read"):
        read_paper(tmp_path)
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * 2_000_001)
    with pytest.raises(FileFormatError, match="2000001 bytes"):
        read_paper(large)


def test_a_paper_can_be_made_in_code() -> None:
    paper = Paper.model_validate({"title": "t", "claims": [{"kind": "mean", "what": "age", "n": 6, "mean": "52.3"}]})
    assert paper.claims[0].what == "age"


def test_a_number_that_lost_its_text_is_refused() -> None:
    with pytest.raises(ValueError, match="a number as printed"):
        Paper.model_validate({"title": "t", "claims": [{"kind": "mean", "what": "age", "n": 6, "mean": 52.3}]})
    with pytest.raises(CorduroyError):
        parse_paper("title: t\nclaims: [{kind: mean, what: w, n: true, mean: 1}]")
