"""Confirming an item of a score writes a fact that the next plan reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from corduroy.errors import InputError, SettingsError
from corduroy.planning.clinical_facts import ClinicalFacts, read_clinical_facts
from corduroy.registry.record import Visit
from corduroy.scales import SinsPain, SinsPosterolateral
from corduroy.web.pages.case.scores import FACT_OF, state_fact
from corduroy.web.scans import PartRole
from corduroy.web.workbench import Workbench
from tests.web.conftest import Names


@pytest.fixture
def scan(workbench: Workbench, names: Names) -> str:
    return workbench.scans.add(names.case, Visit.PREOPERATIVE, "CT", "R1").id


def facts_of(workbench: Workbench, scan: str) -> ClinicalFacts:
    kept = workbench.scans.file(scan, PartRole.FACTS)
    assert kept is not None
    return read_clinical_facts(kept)


def test_facts_are_added_one_by_one_with_the_person_who_stands_for_them(workbench: Workbench, scan: str) -> None:
    seen = state_fact(workbench, scan, ("sins", "pain"), SinsPain.MECHANICAL.value, "anna", "")
    state_fact(workbench, scan, ("sins", "posterolateral"), SinsPosterolateral.UNILATERAL.value, "ben", seen)
    sins = facts_of(workbench, scan).sins
    assert sins.pain is not None
    assert (sins.pain.value, sins.pain.by) == (SinsPain.MECHANICAL, "anna")
    assert sins.posterolateral is not None
    assert (sins.posterolateral.value, sins.posterolateral.by) == (SinsPosterolateral.UNILATERAL, "ben")


def test_every_item_that_can_be_confirmed_is_a_fact_with_all_its_values(workbench: Workbench, scan: str) -> None:
    seen = ""
    for path, words in FACT_OF.values():
        for value in words:
            seen = state_fact(workbench, scan, path, value.value, "anna", seen)
    facts = facts_of(workbench, scan)
    for path, words in FACT_OF.values():
        stated = facts
        for name in path:
            stated = getattr(stated, name)
        assert stated.value is list(words)[-1]  # type: ignore[attr-defined]


def test_what_somebody_else_has_changed_is_not_written_over(workbench: Workbench, scan: str) -> None:
    state_fact(workbench, scan, ("escc",), "2", "anna", "")
    with pytest.raises(InputError, match="somebody else"):
        state_fact(workbench, scan, ("escc",), "3", "ben", "")
    escc = facts_of(workbench, scan).escc
    assert escc is not None
    assert escc.by == "anna"


def test_a_fact_that_contradicts_another_leaves_the_file_as_it_was(
    workbench: Workbench, scan: str, tmp_path: Path
) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text("confirmed_by: anna\nfrankel: C\n", encoding="utf-8")
    seen = workbench.scans.keep_file(scan, PartRole.FACTS, file, "anna").sha256
    with pytest.raises(SettingsError, match="one of the two is wrong"):
        state_fact(workbench, scan, ("deficit",), False, "ben", seen)
    assert facts_of(workbench, scan).deficit is None
