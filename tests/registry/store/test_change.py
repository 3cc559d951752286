"""What a transaction may do, what it refuses, and that it is all or nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from corduroy.errors import ConflictError, CorduroyError, InputError, RecordError
from corduroy.registry.record import (
    Assessment,
    Consent,
    ImagingStudy,
    Operation,
    Patient,
    Record,
    TreatedCase,
)
from corduroy.registry.store import Change, Entry, Registry

Put = Callable[..., list[Entry]]


def put(registry: Registry, records: list[Record]) -> list[Entry]:
    """A patient, the case, and what belongs to the case."""
    with registry.transaction(who="R1", why="entered") as change:
        patient = change.add(records[0])
        case = change.add(records[1], patient.id)
        return [patient, case, *(change.add(record, case.id) for record in records[2:])]


def test_what_was_added_is_there(registry: Registry, records: list[Record]) -> None:
    added = put(registry, records)
    assert [entry.record for entry in registry.entries()] == [*records[:3], records[4], records[3]]
    assert all(registry.entry(entry.id) == entry for entry in added)
    assert [entry.id for entry in added] == ["pt-1", "cs-2", "as-3", "op-4", "as-5"]
    assert [entry.parent_id for entry in added] == [None, "pt-1", "cs-2", "cs-2", "cs-2"]
    assert {entry.version for entry in added} == {1}


def test_an_update_replaces_the_record_and_counts_the_version(registry: Registry, records: list[Record]) -> None:
    assessed = put(registry, records)[2]
    better = assessed.record.model_copy(update={"pain_back": 6.0})
    with registry.transaction(who="R2", why="misread") as change:
        updated = change.update(assessed.id, 1, better)
    assert updated.version == 2
    assert registry.entry(assessed.id) == updated
    with registry.transaction(who="R2", why="again") as change:
        assert change.update(assessed.id, 2, better) == updated, "an equal record is no change"
    assert [line.action for line in registry.history(assessed.id)] == ["add", "update"]


def test_a_lost_update_is_refused_and_says_who_did_what(registry: Registry, records: list[Record]) -> None:
    assessed = put(registry, records)[2]
    with registry.transaction(who="Dr Li", why="misread") as change:
        change.update(assessed.id, 1, assessed.record.model_copy(update={"pain_back": 6.0}))
    with (
        pytest.raises(ConflictError, match=r"version 2, not 1: Dr Li changed it at .*misread.*Pain, back: 7.0 → 6.0"),
        registry.transaction(who="R2", why="late") as change,
    ):
        change.update(assessed.id, 1, assessed.record.model_copy(update={"pain_back": 5.0}))
    assert registry.entry(assessed.id).record.model_dump()["pain_back"] == 6.0
    with pytest.raises(ConflictError), registry.transaction(who="R2", why="late") as change:
        change.delete(assessed.id, 1)


def test_a_deleted_entry_is_kept_but_not_shown(registry: Registry, records: list[Record]) -> None:
    assessed = put(registry, records)[4]
    with registry.transaction(who="R2", why="of another patient") as change:
        gone = change.delete(assessed.id, 1)
    assert gone.deleted
    assert gone.version == 2
    assert registry.entry(assessed.id) == gone
    assert assessed.id not in [entry.id for entry in registry.entries()]
    assert assessed.id in [entry.id for entry in registry.entries(include_deleted=True)]
    assert len(registry.case_file("cs-2").assessments) == 1
    assert registry.history(assessed.id)[-1].why == "of another patient"
    with pytest.raises(InputError, match="is deleted: R2 deleted it"), registry.transaction(who="R", why="x") as change:
        change.update(assessed.id, 2, assessed.record)


def test_children_are_deleted_before_their_parents(registry: Registry, records: list[Record]) -> None:
    added = put(registry, records)
    with pytest.raises(InputError, match="as-3, as-5, op-4"), registry.transaction(who="R", why="x") as change:
        change.delete("cs-2", 1)
    with registry.transaction(who="R", why="withdrew consent") as change:
        for entry in reversed(added):
            change.delete(entry.id, 1)
    assert list(registry.entries()) == []
    assert list(registry.case_files()) == []
    with pytest.raises(InputError, match="pt-1 is deleted"), registry.transaction(who="R", why="x") as change:
        change.add(records[1], "pt-1")
    with registry.transaction(who="R", why="entered anew") as change:
        assert change.add(records[0]).id == "pt-11", "the pseudonym of a deleted patient is free again"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda change: change.add(Patient(pseudonym="P-1")), "pseudonym P-1: pt-1"),
        (lambda change: [change.add(Patient(pseudonym="Q")) for _ in range(2)], "pseudonym Q: pt-6"),
        (
            lambda change: change.add(TreatedCase(case_no=1, levels=("T1",)), "pt-1"),
            "number of the case 1, of pt-1: cs-2",
        ),
        (lambda change: [change.add(Consent(scope="registry"), "pt-1") for _ in range(2)], "consent.*pt-1: co-6"),
    ],
)
def test_nothing_is_there_twice(
    registry: Registry, records: list[Record], make: Callable[[Change], object], told: str
) -> None:
    put(registry, records)
    with pytest.raises(RecordError, match=told), registry.transaction(who="R", why="x") as change:
        make(change)
    assert len(list(registry.entries())) == len(records)


def test_an_update_does_not_make_a_twin(registry: Registry, records: list[Record]) -> None:
    put(registry, records)
    with registry.transaction(who="R", why="second patient") as change:
        second = change.add(Patient(pseudonym="P-2"))
    with pytest.raises(RecordError, match="P-1: pt-1"), registry.transaction(who="R", why="x") as change:
        change.update(second.id, 1, Patient(pseudonym="P-1"))


@pytest.mark.parametrize(
    ("record", "parent", "told"),
    [
        (Assessment(visit="m6", on="2020-07-01"), None, "without its case"),
        (Assessment(visit="m6", on="2020-07-01"), "pt-1", "expected the id of a case"),
        (Assessment(visit="m6", on="2020-07-01"), "cs-99", "no entry cs-99"),
        (Assessment(visit="m6", on="2020-07-01"), "cs2", "is no id"),
        (Assessment(visit="m6", on="2020-07-01"), "cs-99999999999999999999999", "is no id"),
        (Consent(scope="registry"), "cs-2", "expected the id of a patient"),
        (Patient(pseudonym="P-2"), "pt-1", "expected none"),
    ],
)
def test_a_record_belongs_where_it_belongs(
    registry: Registry, records: list[Record], record: Record, parent: str | None, told: str
) -> None:
    put(registry, records)
    with pytest.raises(InputError, match=told), registry.transaction(who="R", why="x") as change:
        change.add(record, parent)


def test_a_record_of_another_kind_replaces_nothing(registry: Registry, records: list[Record]) -> None:
    put(registry, records)
    with pytest.raises(InputError, match="expected a record 'assessment'"), registry.transaction(who="R", why="x") as c:
        c.update("as-3", 1, Operation(on="2020-01-02"))


def test_what_cannot_be_true_as_a_whole_is_refused_as_a_whole(registry: Registry, records: list[Record]) -> None:
    put(registry, records)
    head = registry.head()
    early = ImagingStudy(visit="m3", on="2019-02-01", modality="CT", posture="supine")
    wrong = [(Patient(pseudonym="P-2"), None), (Assessment(visit="preop", on="2020-02-01"), "cs-2"), (early, "cs-2")]
    with pytest.raises(RecordError) as refused, registry.transaction(who="R", why="x") as change:
        [change.add(*each) for each in wrong]
    assert len(refused.value.problems) == 2
    assert all(problem.startswith("cs-2: ") for problem in refused.value.problems)
    assert registry.find_patient("P-2") is None
    assert registry.head() == head


def test_a_new_case_is_checked_without_being_read_back(registry: Registry, records: list[Record]) -> None:
    with pytest.raises(RecordError, match="after the operation"):
        put(registry, [*records, Assessment(visit="preop", on="2020-02-01")])


def test_a_copy_that_pydantic_did_not_check_is_checked(registry: Registry, records: list[Record]) -> None:
    put(registry, records)
    impossible = records[2].model_copy(update={"odi": 101.0})
    with pytest.raises(RecordError, match="ODI total"), registry.transaction(who="R", why="x") as change:
        change.update("as-3", 1, impossible)
    with pytest.raises(RecordError, match="ODI total"), registry.transaction(who="R", why="x") as change:
        change.add(impossible, "cs-2")


def test_a_change_of_the_patient_is_checked_against_the_cases(registry: Registry, records: list[Record]) -> None:
    put(registry, records)
    with pytest.raises(RecordError, match="born in 2021"), registry.transaction(who="R", why="x") as change:
        change.update("pt-1", 1, Patient(pseudonym="P-1", birth_year=2021))


def test_an_error_in_the_block_undoes_everything(registry: Registry, records: list[Record]) -> None:

    def stumble(change: Change) -> None:
        change.add(records[0])
        change.check()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), registry.transaction(who="R", why="x") as change:
        stumble(change)
    assert list(registry.entries(include_deleted=True)) == []
    assert registry.verify().lines == 0


def test_doubts_are_told_until_somebody_confirms_them(registry: Registry, records: list[Record]) -> None:
    operation = Operation(on="2020-01-02", blood_loss_ml=9000, blood_loss_how="suction")
    with registry.transaction(who="R1", why="entered") as change:
        patient = change.add(records[0])
        case = change.add(records[1], patient.id)
        change.add(operation, case.id)
    assert [doubt.field for doubt in change.doubts] == ["blood_loss_ml"]
    with registry.transaction(who="R2", why="asked the surgeon") as change:
        change.add(records[4], case.id)
        assert [doubt.field for doubt in change.check()] == ["blood_loss_ml"]
        change.confirm()
    line = registry.history(case.id)[-1]
    assert (line.action, line.who) == ("confirm", "R2")
    assert "9000 ml" in (line.after or "")
    with registry.transaction(who="R1", why="more") as change:
        change.add(Assessment(visit="m6", on="2020-07-01"), case.id)
    assert change.doubts == []
    assert registry.verify().is_whole


def test_doubts_about_a_patient_without_a_case_are_told_too(registry: Registry) -> None:
    with registry.transaction(who="R1", why="entered") as change:
        patient = change.add(Patient(pseudonym="P-1", birth_year=1905))
        change.check()
        change.confirm()
    assert [doubt.field for doubt in change.doubts] == []
    assert registry.history(patient.id)[-1].action == "confirm"
    with registry.transaction(who="R1", why="mistyped") as change:
        change.update(patient.id, 1, Patient(pseudonym="P-1", birth_year=1906))
    assert [doubt.field for doubt in change.doubts] == ["birth_year"]


def test_an_entry_may_be_changed_in_the_transaction_that_adds_it(registry: Registry, records: list[Record]) -> None:
    with registry.transaction(who="R1", why="entered") as change:
        patient = change.add(Patient(pseudonym="P-1", birth_year=1905))
        change.update(patient.id, 1, records[0])
        case = change.add(records[1], patient.id)
        change.delete(change.add(records[3], case.id).id, 1)
    assert change.doubts == []
    assert registry.entry(patient.id).version == 2
    assert registry.case_file(case.id).operations == ()
    assert registry.verify().is_whole


@pytest.mark.parametrize(("who", "why"), [("", "x"), ("R", "  "), ("R\nX", "x"), ("R", "a\x00b")])
def test_the_trail_needs_to_know_who_and_why(registry: Registry, who: str, why: str) -> None:
    with pytest.raises(InputError, match="one line of text"), registry.transaction(who=who, why=why):
        pass


def test_the_trail_tells_everything(registry: Registry, records: list[Record]) -> None:
    put(registry, records)
    with registry.transaction(who="R2", why="misread") as change:
        change.update("as-3", 1, records[2].model_copy(update={"pain_back": 6.5}))
    added, updated = registry.history("as-3")
    assert (added.who, added.why, added.before, added.version, added.parent_no) == ("R1", "entered", None, 1, 2)
    assert updated.before == added.after
    assert updated.state == {**added.state, "pain_back": 6.5}
    assert added.at < updated.at
    assert added.at.endswith("+00:00")


def test_every_error_is_made_for_people(registry: Registry) -> None:
    with pytest.raises(CorduroyError, match="registry list"):
        registry.case_file("cs-1")
    with pytest.raises(CorduroyError, match="registry list"):
        registry.entry("as-1")
    with pytest.raises(CorduroyError, match="is no kind"):
        list(registry.entries("surgeon"))
