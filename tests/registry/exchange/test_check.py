"""The check of a whole registry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from corduroy.registry.exchange import check_registry
from corduroy.registry.exchange.check import overdue_visit
from corduroy.registry.record import Assessment, CaseFile, Consent, FollowUpEvent, Operation, Patient, TreatedCase
from corduroy.registry.store import Registry

SURGERY = date(2020, 1, 10)


def case_file(**parts: object) -> CaseFile:
    file = CaseFile(
        Patient(pseudonym="P1"),
        TreatedCase(case_no=1, levels=("T7",)),
        operations=(Operation(on=SURGERY, blood_loss_ml=5),),
    )
    return replace(file, **parts)  # type: ignore[arg-type]


def seen(visit: str, on: date) -> Assessment:
    return Assessment(visit=visit, on=on)


@pytest.mark.parametrize(
    ("today", "assessments", "overdue"),
    [
        (date(2020, 5, 1), (), None),
        (date(2020, 5, 24), (), "w6"),
        (date(2020, 7, 11), (seen("w6", date(2020, 2, 20)),), "m3"),
        (date(2021, 3, 1), (seen("m12", date(2020, 12, 20)),), None),
        (date(2022, 6, 1), (seen("m12", date(2021, 1, 10)),), "m24"),
        (date(2022, 6, 1), (seen("unplanned", date(2022, 2, 1)),), None),
        (date(2030, 1, 1), (seen("m36", date(2023, 1, 12)),), None),
    ],
)
def test_a_visit_is_overdue_three_months_after_its_day(
    today: date, assessments: tuple[Assessment, ...], overdue: str | None
) -> None:
    assert overdue_visit(case_file(assessments=assessments), today) == overdue


@pytest.mark.parametrize(
    "parts",
    [
        {"events": (FollowUpEvent(on=date(2020, 3, 1), type="death"),)},
        {"events": (FollowUpEvent(on=date(2020, 3, 1), type="lost"),)},
        {"consent": Consent(scope="registry", withdrawn_on=date(2020, 3, 1))},
        {"operations": ()},
    ],
)
def test_nobody_waits_for_who_cannot_come(parts: dict[str, object]) -> None:
    assert overdue_visit(case_file(), date(2022, 1, 1)) == "w6"
    assert overdue_visit(case_file(**parts), date(2022, 1, 1)) is None


def test_the_check_lists_doubts_gaps_and_the_overdue(registry: Registry) -> None:
    with registry.transaction(who="R1", why="entered past the doubts") as change:
        patient = change.add(case_file().patient)
        case = change.add(case_file().case, patient.id)
        change.add(case_file().operations[0], case.id)
    found = check_registry(registry, date(2021, 1, 1))
    assert found.cases == 1
    assert found.errors == []
    assert any("5 ml is unusual" in one.finding.message for one in found.doubts)
    assert [(one.pseudonym, str(one.visit)) for one in found.overdue] == [("P1", "w6")]
    gaps = {(one.kind, one.name): (one.missing, one.entries) for one in found.missing}
    assert gaps["patient", "sex"] == (1, 1)
    assert ("operation", "blood_loss_ml") not in gaps
    assert not any(kind == "leak" for kind, _ in gaps)


def test_a_confirmed_doubt_is_not_raised_again(registry: Registry) -> None:
    """What the trail holds is counted alone, and a new doubt is raised beside it."""
    with registry.transaction(who="R1", why="import") as change:
        patient = change.add(Patient(pseudonym="P1"))
        case = change.add(TreatedCase(case_no=1, levels=("T7",)), patient.id)
        change.add(Operation(on=SURGERY, blood_loss_ml=5), case.id)
        confirmed = len(change.check())
        change.confirm()
    found = check_registry(registry, SURGERY)
    assert confirmed >= 1
    assert (found.doubts, found.confirmed, found.as_plain()["confirmed"]) == ([], confirmed, confirmed)
    with registry.transaction(who="R1", why="a second one") as change:
        change.add(Operation(on=date(2020, 2, 10), blood_loss_ml=19_000), case.id)
    found = check_registry(registry, SURGERY)
    assert found.confirmed >= confirmed
    assert ["19000 ml is unusual" in one.finding.message for one in found.doubts] == [True]
