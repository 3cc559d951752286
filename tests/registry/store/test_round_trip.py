"""Any record that the model allows comes back from either database as it went in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from corduroy.registry.frames import HeldRecords, frames_of
from corduroy.registry.record import RECORDS, Item, Patient, Record, TreatedCase
from corduroy.registry.record.items import Kind
from corduroy.registry.store import Registry
from corduroy.registry.synthetic import random_case_files
from corduroy.registry.values import SEPARATOR, given_values, kept_values

CHECKS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30),
    st.sampled_from(["", "=1+1", "a|b", "ß 中 🦴", "'; DROP TABLE audit; --", "line\nline\ttab", "NULL", "\\", "%s"]),
)
PATTERNS = {"pseudonym": "Q-{}", "vessels": "L T{}", "folder": "sub-{}/ses-1", "reader": "R{}"}


def values_of(item: Item) -> st.SearchStrategy[Any]:
    """What may be entered into a field."""
    codes = list(item.choices or {})
    if item.name in PATTERNS:
        own: st.SearchStrategy[Any] = st.integers(1, 12).map(PATTERNS[item.name].format)
    else:
        kinds: dict[Kind, st.SearchStrategy[Any]] = {
            "number": st.floats(item.low, item.high, allow_nan=False, allow_infinity=False),
            "integer": st.integers(int(item.low or 0), int(item.high or 2**40)),
            "yes/no": st.booleans(),
            "date": st.dates(date(1971, 1, 1), date(2024, 1, 1)),
            "choice": st.sampled_from(codes or [None]),
            "several choices": st.lists(st.sampled_from(codes or [None]), unique=True, max_size=4),
            "levels": st.lists(st.sampled_from(codes or [None]), unique=True, max_size=4),
        }
        own = kinds.get(item.kind, TEXTS)
    return own if item.required else st.none() | own


@st.composite
def records(draw: st.DrawFn, kind: type[Record]) -> Record:
    given_by_name = {name: draw(values_of(item)) for name, item in kind.items().items()}
    try:
        return kind.model_validate(given_by_name)
    except ValidationError:
        assume(False)
        raise


def of_any_kind() -> st.SearchStrategy[Record]:
    return st.one_of([records(kind) for kind in RECORDS if kind is not Patient])


class Numbered:
    """Every example has a patient of its own: one registry serves them all."""

    count = 0


@CHECKS
@given(record=of_any_kind())
def test_any_record_comes_back_as_it_went_in(registry: Registry, record: Record) -> None:
    Numbered.count += 1
    with registry.transaction(who="R", why="fuzz") as change:
        parent = change.add(Patient(pseudonym=f"P-{Numbered.count}")).id
        if record.parent == "case":
            parent = change.add(TreatedCase(case_no=1, levels=("T7",)), parent).id
        added = change.add(record, parent)
    back = registry.entry(added.id)
    assert back == added
    assert type(back.record) is type(record)
    assert back.record.as_plain() == record.as_plain()


@CHECKS
@given(record=records(Patient))
def test_any_patient_comes_back(registry: Registry, record: Patient) -> None:
    Numbered.count += 1
    named = record.model_copy(update={"pseudonym": f"P-{Numbered.count}"})
    with registry.transaction(who="R", why="fuzz") as change:
        added = change.add(named)
    assert registry.entry(added.id).record == named


def test_after_the_fuzz_the_trail_is_whole(registry: Registry) -> None:
    @settings(CHECKS, max_examples=5)
    @given(drawn=st.lists(of_any_kind(), min_size=1, max_size=3))
    def fill(drawn: list[Record]) -> None:
        Numbered.count += 1
        with registry.transaction(who="R", why="fuzz") as change:
            patient = change.add(Patient(pseudonym=f"P-{Numbered.count}")).id
            for number, record in enumerate(drawn, 1):
                if record.parent == "case":
                    change.add(record, change.add(TreatedCase(case_no=number, levels=("T7",)), patient).id)

    fill()
    assert registry.verify().is_whole


@pytest.mark.parametrize("kind", RECORDS)
def test_the_rule_of_values_can_be_turned_round(kind: type[Record]) -> None:
    @settings(CHECKS, max_examples=60)
    @given(record=records(kind))
    def turn(record: Record) -> None:
        kept = kept_values(kind, record.as_plain())
        assert list(kept) == list(kind.items())
        assert kind.model_validate(given_values(kind, kept)) == record

    turn()


def test_no_code_holds_the_separator() -> None:
    codes = [code for kind in RECORDS for item in kind.items().values() for code in item.choices or {}]
    assert codes
    assert not [code for code in codes if SEPARATOR in code or not code]


def test_frames_of_the_store_are_those_of_its_files(registry: Registry, records: list[Record], same: Callable) -> None:
    with registry.transaction(who="R", why="x") as change:
        for number in range(3):
            patient = change.add(Patient(pseudonym=f"P-{number}", sex="female", birth_year=1950 + number))
            case = change.add(records[1], patient.id)
            for record in records[2:]:
                change.add(record, case.id)
    same(registry.frames(), frames_of(registry.case_files()))


def test_frames_of_an_empty_registry_have_all_columns(registry: Registry, same: Callable) -> None:
    same(registry.frames(), frames_of([]))


def test_a_part_of_the_records_is_the_same_from_the_store_as_from_memory(registry: Registry) -> None:
    import pandas as pd

    with registry.transaction(who="R", why="x") as change:
        entered = {}
        for file in random_case_files(9, np.random.default_rng(3)):
            patient = entered.setdefault(file.patient.pseudonym, None) or change.add(file.patient)
            entered[file.patient.pseudonym] = patient
            case = change.add(file.case, patient.id)
            for record in file.records():
                if record is not file.patient and record is not file.case:
                    change.add(record, case.id if record.parent == "case" else patient.id)
    held = HeldRecords(registry.frames())
    every = held.frames()["case"]["entry_id"]
    columns = {"assessment": ("on", "odi"), "consent": ("scope",)}
    for cases in (None, [], every[[7, 2, 5]].tolist(), every.tolist()):
        for asked in (None, columns):
            with registry.records() as records:
                stored = records.frames(asked, cases)
            expected = held.frames(asked, cases)
            assert list(stored) == list(expected)
            for kind, frame in expected.items():
                pd.testing.assert_frame_equal(stored[kind], frame.reset_index(drop=True), check_dtype=bool(len(frame)))
            assert len(stored["case"]) == (9 if cases is None else len(cases))
            if asked:
                assert list(stored) == ["patient", "consent", "case", "assessment"]
                assert list(stored["case"]) == ["entry_id", "parent_id", "patient_id"]
                assert list(stored["assessment"])[3:] == ["on", "odi"]


@pytest.fixture
def same() -> Callable:
    """Compares frames but for the ids, which a store gives otherwise."""
    import pandas as pd

    def compare(ours: dict[str, pd.DataFrame], theirs: dict[str, pd.DataFrame]) -> None:
        assert list(ours) == list(theirs) == [kind.kind for kind in RECORDS]
        for kind, frame in ours.items():
            assert list(frame) == list(theirs[kind])
            ids = [name for name in frame if name.endswith("_id")]
            pd.testing.assert_frame_equal(frame.drop(columns=ids), theirs[kind].drop(columns=ids))
            if len(frame):
                assert [frame[name].nunique() for name in ids] == [theirs[kind][name].nunique() for name in ids]

    return compare
