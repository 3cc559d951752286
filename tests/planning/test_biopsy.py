from __future__ import annotations

from itertools import product

import pytest

from corduroy.planning.biopsy import BiopsyAdvice, BiopsyFacts, is_of_the_patient, plan_biopsy


@pytest.mark.parametrize("facts", list(product((True, False, None), repeat=3)))
def test_the_rule_needs_all_three_and_guesses_none(facts: tuple[bool | None, bool | None, bool | None]) -> None:
    advice = plan_biopsy(BiopsyFacts(*facts)).advice
    if all(facts):
        assert advice is BiopsyAdvice.INDICATED
    elif False in facts:
        assert advice is BiopsyAdvice.NOT_BY_RULE
    else:
        assert advice is BiopsyAdvice.UNDECIDED


def test_what_is_unknown_is_called_unknown() -> None:
    reasons = plan_biopsy(BiopsyFacts(aggressive=True, deficit=False)).reasons
    assert reasons == ("aggressive hemangioma: yes", "compression fracture: not known", "neurological deficit: no")


def test_both_series_of_hemangiomas_are_told() -> None:
    plan = plan_biopsy(BiopsyFacts(), ["warfarin"])
    text = " ".join(entry.statement for entry in plan.evidence)
    assert "in 5 (83 %" in text
    assert "1 of 5" in text
    assert "91 %" in text
    assert plan.contraindications[0] == "stated in the clinical facts: warfarin"
    assert [entry.value for entry in plan.result_classes] == ["definitive", "compatible", "inadequate", "discordant"]


@pytest.mark.parametrize(("has_corridor", "told"), [(True, False), (None, False), (False, True)])
def test_no_corridor_is_told_only_where_none_was_found(has_corridor: bool | None, told: bool) -> None:
    plan = plan_biopsy(BiopsyFacts(), ["warfarin"], has_corridor)
    own = [text for text in plan.contraindications if is_of_the_patient(text)]
    assert any("no corridor" in text for text in own) is told
    assert own[0] == "stated in the clinical facts: warfarin"
    general = [text for text in plan.contraindications if not is_of_the_patient(text)]
    assert len(general) == 2
    assert not any("corridor" in text for text in general)
