from __future__ import annotations

import pytest

from corduroy.anatomy import Level, Side
from corduroy.errors import PlanError
from corduroy.planning.embolization import AdamkiewiczRisk, Reason, adamkiewicz_risk, plan_embolization
from corduroy.planning.evidence import Strength
from corduroy.registry.record.interventions import Embolization

T3_TO_L4 = [level for level in Level if Level.T3.position <= level.position <= Level.L4.position]


@pytest.mark.parametrize("level", T3_TO_L4)
def test_every_level_from_t3_to_l4_is_warned_of_on_both_sides(level: Level) -> None:
    own = [artery for artery in plan_embolization([level]).arteries if artery.level is level]
    assert [artery.side for artery in own] == [Side.LEFT, Side.RIGHT]
    for artery in own:
        assert "84.6 %" in artery.warning
        assert "89 %" in artery.warning
        assert "PMC6620248" in artery.warning
    assert "76.6 % arise on the left" in own[0].warning
    assert "23.4 % arise on the right" in own[1].warning


def test_the_warning_is_strongest_on_the_left_from_t8_to_l1() -> None:
    strongest = [level for level in Level if adamkiewicz_risk(level, Side.LEFT) is AdamkiewiczRisk.STRONGEST]
    assert strongest == [Level(name) for name in ("T8", "T9", "T10", "T11", "T12", "T13", "L1")]
    assert adamkiewicz_risk(Level.T10, Side.RIGHT) is AdamkiewiczRisk.STRONG
    assert adamkiewicz_risk(Level.T7, Side.LEFT) is AdamkiewiczRisk.PRESENT
    assert adamkiewicz_risk(Level.T2, Side.LEFT) is AdamkiewiczRisk.OUTSIDE
    assert adamkiewicz_risk(Level.L5, Side.LEFT) is AdamkiewiczRisk.OUTSIDE


@pytest.mark.parametrize(
    ("level", "present", "levels"),
    [
        ("T12", (), ["T11", "T12", "L1"]),
        ("T12", ("T13",), ["T11", "T12", "T13"]),
        ("L1", ("T13",), ["T13", "L1", "L2"]),
        ("L5", ("L6",), ["L4", "L5", "L6"]),
        ("L5", (), ["L4", "L5", "S1"]),
        ("C1", (), ["C1", "C2"]),
        ("S1", (), ["L5", "S1"]),
    ],
)
def test_the_neighbours_are_the_patients_own(level: str, present: tuple[str, ...], levels: list[str]) -> None:
    plan = plan_embolization([Level(level)], [Level(name) for name in present])
    assert list(dict.fromkeys(artery.level.value for artery in plan.arteries)) == levels


def test_reasons_of_a_lesion_over_two_levels() -> None:
    reasons = {a.level.value: a.reason for a in plan_embolization([Level.T7, Level.T6]).arteries}
    assert reasons == {"T5": Reason.ABOVE, "T6": Reason.OWN, "T7": Reason.OWN, "T8": Reason.BELOW}


def test_what_is_recorded_are_fields_of_the_registry() -> None:
    assert {item.field for item in plan_embolization([Level.T8]).record} <= set(Embolization.items())


def test_strength_of_the_evidence_is_stated_and_practice_is_not_sold_as_evidence() -> None:
    evidence = plan_embolization([Level.T8]).evidence
    practice = [entry for entry in evidence if "24 to 72" in entry.statement]
    assert [entry.strength for entry in practice] == [Strength.UNVERIFIED]
    assert all(entry.source for entry in evidence if entry.strength not in (Strength.UNVERIFIED, Strength.CHOICE))


def test_outside_the_aortas_own_segments_the_plan_says_so() -> None:
    assert any(text.startswith("T1, T2:") for text in plan_embolization([Level.T2]).warnings)
    assert not any("iliolumbar" in text for text in plan_embolization([Level.T8]).warnings)


def test_no_level_is_refused() -> None:
    with pytest.raises(PlanError, match="no level"):
        plan_embolization([])
