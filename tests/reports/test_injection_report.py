"""The report of an injection on a body whose members were written by hand: sides, words, pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corduroy.pipeline.images import CaseImages
from corduroy.pipeline.injection_outputs import InjectionImages
from corduroy.pipeline.injection_part import leak_table, summary_of, what_if_table
from corduroy.reports.injection.content import injection_content
from corduroy.reports.injection.draw_views import sheet_of
from corduroy.reports.injection.write import write_injection_report
from corduroy.reports.sections import field_on
from corduroy.simulation.injection import InjectionResult, StopReason
from corduroy.simulation.injection_study import (
    Candidate,
    Chance,
    Ensemble,
    Member,
    PorousVertebra,
    Spread,
    Study,
    draws,
    middle,
    study_document,
)
from corduroy.simulation.injection_study.place import body_of
from tests.simulation.injection_study.conftest import dose_of, vertebra_of

WATCHED = np.array([True, False, True])
STEPS = np.arange(1, 9) * 250.0


def _planned(vertebra: PorousVertebra) -> InjectionResult:
    """Cement in the right half, from the tip outwards; a leak through the segmental vein at 1 ml."""
    dose = dose_of(vertebra)
    body = body_of(vertebra, middle(Spread()), dose)
    local = vertebra.grid.local(np.moveaxis(np.indices(vertebra.grid.shape), 0, -1))
    away = np.linalg.norm(local - vertebra.grid.frame.local(dose.cannulas[0].tip_mm), axis=-1)
    inside = vertebra.bone & (local[..., 0] > 0) & (away < 9)
    leaked = np.zeros((8, 4))
    leaked[3:, 1] = 10.0
    arrival = np.where(inside, 40 * (away / 9) ** 3, np.nan).astype(np.float32)
    return InjectionResult(
        body, STEPS / 50, STEPS, np.full((8, 1), 0.3), np.full(8, 1.2), np.full(8, 20.8), leaked,
        inside.astype(np.float32), arrival, np.zeros(inside.shape, np.float32), None, StopReason.DONE, 0.0, 8, 40, 0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def study() -> Study:
    vertebra = vertebra_of()
    bone = int(vertebra.bone.sum())
    leaks = np.where(np.arange(8)[:, None] >= 4, [10.0, 10.0, 0.0], 0.0)
    arrival, pores = np.linspace(0, 60, bone).astype(np.float32), np.ones(bone, np.float32)
    members = tuple(
        Member(d, STEPS / 50, STEPS, np.full(8, 1 + d.viscosity), leaks * (n % 2), arrival, pores, StopReason.DONE)
        for n, d in enumerate(draws(Spread(), 8, np.random.default_rng(1)))
    )
    some = Chance.of([True, False, False, False])
    rows = tuple(
        Candidate(name, ml, 0.1 * ml, ml, some, some, some, 1.2, 0.1 * ml - 0.3, ml == 3.0)
        for name in ("as planned", "2 min later")
        for ml in (2.0, 3.0)
    )
    dose = dose_of(vertebra)
    ensemble = Ensemble(vertebra, dose, members, WATCHED, 8)
    return Study(vertebra, dose, _planned(vertebra), WATCHED, middle(Spread()), Spread(), ensemble, rows, 4)


def _document(study: Study) -> dict[str, Any]:
    origin = {
        "software": "corduroy", "version": "0", "python": "3", "created": "2026-01-01T00:00:00+00:00",
        "settings": {"seed": 1}, "inputs": {"image": "ab"},
    }  # fmt: skip
    more = {"disclaimer": "Research software.", "case": "sub-x", "level": "T12", "warnings": [], "provenance": origin}
    return {**study_document(study), **more, "stop_at": ["posterior"], "seed": 1}


def test_the_patients_right_is_on_the_axial_pictures_left(study: Study) -> None:
    sheet = sheet_of(study, "axial")
    values = np.nan_to_num(field_on(sheet, study.vertebra.grid, study.planned.fill.astype(float)))
    columns = np.linspace(sheet.extent[0], sheet.extent[1], values.shape[1])
    assert columns[values.any(axis=0)].max() <= 0.5
    sagittal = sheet_of(study, "sagittal")
    local = sagittal.frame.local(sagittal.points)
    assert local[0, 0, 1] > local[0, -1, 1]  # anterior on the left
    assert local[0, 0, 2] > local[-1, 0, 2]  # cranial above


def test_words_follow_the_numbers(study: Study) -> None:
    document = _document(study)
    text = " ".join(summary_of(document))
    assert "all shots were given" in text
    assert "100 % of it lies on the patient's right" in text
    assert "50 % (" in text  # 4 of 8 members leak
    assert "as planned, 3 ml" in text
    rows = {row[0]: row for row in leak_table(document).rows}
    # The planned leak grows from nothing to more than the least between two steps: dated within them.
    assert rows["segmental vein, right"][3] == "0.9"
    assert rows["breach of the posterior wall, right"][4].startswith("0 %")
    assert [row[0].startswith("★") for row in what_if_table(document).rows].count(True) == 1


def test_report_without_members_or_recipes_leaves_their_sections_out(study: Study) -> None:
    plain = Study(study.vertebra, study.dose, study.planned, WATCHED, study.middle, study.spread)
    content = injection_content(_document(plain), [])
    assert [section["title"] for section in content["sections"]] == ["The fill", "Leaks", "What went in", "Limits"]


@pytest.fixture(scope="module")
def written(study: Study, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("report")
    figures = write_injection_report(_document(study), InjectionImages(CaseImages("sub-x"), study), folder)
    return folder, [figure.file for figure in figures]


def test_every_picture_is_there_and_on_the_page(written: tuple[Path, list[str]]) -> None:
    folder, files = written
    names = ("series", "solid", "probability", "pressure", "leaks", "sensitivity", "trade")
    assert files == [f"injection_{name}.png" for name in names]
    assert all((folder / file).stat().st_size > 10_000 for file in files)
    page = (folder / "injection.html").read_text(encoding="utf-8")
    assert page.count("<figure") == len(names)
    assert (folder / "injection.pdf").read_bytes().startswith(b"%PDF")
