"""The cohort file and the selection: people's mistakes are named, and "not recorded" is not "no"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import corduroy.study
from corduroy.errors import CorduroyError, FileFormatError, SettingsError
from corduroy.registry.frames import frames_of
from corduroy.registry.record import CaseFile, Consent, TreatedCase
from corduroy.registry.synthetic import random_frames, six_patients
from corduroy.study.cohort import Cohort
from corduroy.study.cohort_file import cohort_from, read_cohort
from corduroy.study.results import FlowStep
from corduroy.study.selection import Selection, completed_months, months_since, select

EXAMPLE = Path(corduroy.study.__file__).parent / "examples" / "synthetic-series.yaml"
MINIMAL: dict[str, Any] = {"title": "A series", "registry": "synthetic", "outcomes": ["pain_back"]}
SIX = six_patients()


def cohort(**criteria: Any) -> Cohort:
    return cohort_from({**MINIMAL, "criteria": criteria}, "cohort.yaml")


def changed(number: int, **fields: Any) -> list[CaseFile]:
    """The six, one of them with another case record."""
    files = list(SIX)
    case = TreatedCase.model_validate({**files[number].case.as_plain(), **fields})
    files[number] = replace(files[number], case=case)
    return files


def step(selection: Selection, key: str) -> FlowStep:
    return next(found for found in selection.flow.steps if found.criterion.key == key)


def test_example_file_reads_and_says_what_it_asks() -> None:
    read = read_cohort(EXAMPLE)
    assert [criterion.words for criterion in read.criteria_in_words()] == [
        "Aggressive hemangioma: yes",
        "Compression fracture: yes",
        "Neurological deficit: yes",
        "First operation from 2011-07-01 to 2016-04-30",
        "Followed up for at least 36 months",
    ]
    assert read.compare.words == "Last follow-up against before surgery"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"titel": "x"}, "titel: is unknown"),
        ({"title": None}, "title"),
        ({"outcomes": []}, "outcomes"),
        ({"outcomes": ["vas"]}, "there is no outcome 'vas'; there are pain_back"),
        ({"outcomes": ["odi", "odi"]}, "named twice"),
        ({"criteria": {"operated": {"from": "2016-05-01", "to": "2011-07-01"}}}, "the second day comes before"),
        ({"criteria": {"operated": {}}}, "neither 'from' nor 'to'"),
        ({"criteria": {"levels": ["T21"]}}, "no vertebral level"),
        ({"criteria": {"levels": []}}, "leave 'levels' out"),
        ({"criteria": {"min_follow_up_months": -1}}, "criteria.min_follow_up_months"),
        ({"compare": {"before": "m12", "after": "m12"}}, "compared with itself"),
        ({"compare": {"before": "m3", "after": "preop"}}, "exchange 'before' and 'after'"),
        ({"compare": {"after": "m13"}}, "compare.after"),
        ({"minimal_changes": {"odi": {"value": 10, "citation": "x y z"}}}, "not among the outcomes"),
        ({"minimal_changes": {"pain_back": {"value": 2}}}, "minimal_changes.pain_back.citation: is missing"),
        ({"groups": {"by": "operation.cement_ml", "first": "1", "second": "2"}}, "no field to group by"),
        ({"groups": {"by": "operation.fixation", "first": "yes", "second": "maybe"}}, "no 'maybe'; there are yes, no"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(change: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        cohort_from({**MINIMAL, **change}, "mine.yaml")
    assert "mine.yaml" in str(caught.value)
    assert told in str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        cohort_from({"outcomes": ["vas"], "reeder": 1}, "mine.yaml")
    for told in ("title: is missing", "registry: is missing", "no outcome 'vas'", "reeder: is unknown"):
        assert told in str(caught.value)


def test_yes_and_no_of_yaml_are_codes_of_groups() -> None:
    text = "title: abc\nregistry: synthetic\noutcomes: [odi]\ngroups: {by: operation.fixation, first: yes, second: no}"
    groups = cohort_from(yaml.safe_load(text), "x").groups
    assert groups is not None
    assert (groups.first, groups.second) == ("yes", "no")
    assert groups.label("yes") == "Instrumented fixation: yes"


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"title: [", b"a: 2011-13-45", b"- 1\n- 2", b"", b"&a [*a, *a]", b"\x00"]
)
def test_files_that_are_no_cohort(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "cohort.yaml"
    file.write_bytes(content)
    with pytest.raises((FileFormatError, SettingsError)) as caught:
        read_cohort(file)
    assert "cohort.yaml" in str(caught.value)


def test_missing_and_huge_files(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="No such file"):
        read_cohort(tmp_path / "nix.yaml")
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * (1 << 21))
    with pytest.raises(FileFormatError, match="larger than"):
        read_cohort(huge)


leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates(),
    st.sampled_from(["preop", "last", "T7", "pain_back", "synthetic", "operation.fixation"]),
)  # fmt: skip
keys = st.sampled_from(
    ["title", "registry", "criteria", "compare", "outcomes", "reader", "minimal_changes", "groups", "design", "levels",
     "operated", "from", "to", "before", "after", "by", "first", "second", "value", "citation", "pain_back"]
) | st.text(max_size=4)  # fmt: skip
trees = st.recursive(leaves, lambda part: st.lists(part, max_size=3) | st.dictionaries(keys, part, max_size=5))


def complaint(content: Any) -> str:
    """What is said about a file; nothing of a good one. Any other error than Corduroy's own fails the test."""
    try:
        cohort_from(content, "mine.yaml")
    except CorduroyError as error:
        return str(error)
    return ""


@settings(max_examples=300, deadline=None)
@given(trees)
def test_any_yaml_gives_a_cohort_or_one_plain_error(content: Any) -> None:
    assert "\n" not in complaint(content)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(keys, trees, max_size=4))
def test_any_change_of_a_good_file_gives_a_cohort_or_one_plain_error(change: dict[str, Any]) -> None:
    assert "\n" not in complaint({**MINIMAL, **change})


def test_a_password_stays_out_of_the_provenance() -> None:
    plain = cohort_from({**MINIMAL, "registry": "postgresql://me:secret@host/registry"}, "x").as_plain()
    assert plain["registry"] == "postgresql://host/registry"


@pytest.mark.parametrize("place", ["/srv/clinic/wb/registry.sqlite", "../registry.sqlite", "C:\\wb\\registry.sqlite"])
def test_the_folders_of_the_registry_stay_out_of_the_provenance(place: str) -> None:
    """The report is given away; the file's name and the hash of the records say which they were."""
    assert cohort_from({**MINIMAL, "registry": place}, "x").as_plain()["registry"] == "registry.sqlite"


def test_not_recorded_is_not_no() -> None:
    selection = select(frames_of(changed(1, fracture=None)), cohort(aggressive=True, fracture=True))
    fracture = step(selection, "fracture")
    assert (fracture.before, fracture.after) == (6, 5)
    assert fracture.not_recorded == ("SYN-02",)
    assert fracture.not_met == ()
    selection = select(frames_of(changed(1, fracture=False)), cohort(fracture=True))
    assert step(selection, "fracture").not_met == ("SYN-02",)
    assert step(selection, "fracture").not_recorded == ()


@pytest.mark.parametrize(
    ("criteria", "left"),
    [
        ({}, 6),
        ({"fracture": False}, 0),
        ({"region": "thoracic"}, 5),
        ({"levels": "Th7, L1"}, 2),
        ({"operated": {"from": "2012-05-22"}}, 5),
        ({"operated": {"from": "2012-05-23"}}, 4),
        ({"operated": {"to": "2012-05-22"}}, 2),
        ({"min_follow_up_months": 36}, 6),
        ({"min_follow_up_months": 37}, 5),
        ({"min_follow_up_months": 68}, 0),
    ],
)
def test_criteria_at_their_edges(criteria: dict[str, Any], left: int) -> None:
    selection = select(frames_of(SIX), cohort(**criteria))
    assert len(selection.cases) == left
    assert selection.flow.steps[-1].after == left


def test_a_flow_adds_up() -> None:
    selection = select(
        random_frames(3000, np.random.default_rng(4)),
        cohort(aggressive=True, fracture=True, deficit=True, region="thoracic", operated={"from": "2008-01-01"}),
    )
    before = selection.flow.registry_cases
    for found in selection.flow.steps:
        assert found.before == before
        assert found.after == found.before - len(found.not_met) - len(found.not_recorded)
        before = found.after
    assert len(selection.flow.cases) == before > 0
    out = [label for found in selection.flow.steps for label in (*found.not_met, *found.not_recorded)]
    assert sorted([*out, *selection.flow.cases]) == sorted(f"SYN-{number:06d}" for number in range(1, 3001))
    assert any(found.not_recorded for found in selection.flow.steps)


def test_refused_and_withdrawn_consent_come_first() -> None:
    files = list(SIX)
    files[0] = replace(files[0], consent=Consent(scope="refused"))  # type: ignore[arg-type]
    withdrawn = Consent(scope="registry", given_on=date(2014, 1, 1), withdrawn_on=date(2020, 1, 1))  # type: ignore[arg-type]
    files[3] = replace(files[3], consent=withdrawn)
    files[4] = replace(files[4], consent=None)
    selection = select(frames_of(files), cohort())
    assert selection.flow.steps[0].not_met == ("SYN-01", "SYN-04")
    assert "SYN-05" in selection.flow.cases
    assert set(selection.frames["assessment"]["case_id"]) == set(selection.cases.index)


def test_two_cases_of_one_patient_are_told_apart() -> None:
    case = TreatedCase.model_validate({**SIX[0].case.as_plain(), "case_no": 2, "levels": ["L3"]})
    second = replace(SIX[0], case=case)
    selection = select(frames_of([*SIX, second]), cohort())
    assert {"SYN-01", "SYN-01/2"} <= set(selection.flow.cases)
    assert (len(selection.flow.cases), selection.flow.patients) == (7, 6)


def test_a_case_without_operation_is_left_out() -> None:
    files = [*SIX[:5], replace(SIX[5], operations=())]
    selection = select(frames_of(files), cohort())
    assert step(selection, "operation").not_met == ("SYN-06",)


@pytest.mark.parametrize(
    ("since", "until", "whole", "exact"),
    [
        ("2016-04-12", "2019-04-12", 36, 36.0),
        ("2016-04-12", "2019-04-11", 35, 35 + 30 / 31),
        ("2016-04-12", "2016-04-09", -1, -3 / 31),
        ("2016-01-31", "2016-02-29", 0, 29 / 31),
    ],
)
def test_calendar_months(since: str, until: str, whole: float, exact: float) -> None:
    days = pd.Series(pd.to_datetime([since])), pd.Series(pd.to_datetime([until]))
    assert completed_months(*days)[0] == whole
    assert months_since(*days)[0] == pytest.approx(exact)


@pytest.mark.parametrize("files", [lambda: [], lambda: SIX[:1]], ids=["none", "one"])
def test_empty_and_tiny_registries(files: Callable[[], list[CaseFile]]) -> None:
    selection = select(frames_of(files()), cohort(aggressive=True, region="thoracic", min_follow_up_months=1))
    assert len(selection.cases) == len(files())
