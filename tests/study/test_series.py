"""The analysis of a series: published means, exact floors, every number traced, nothing claimed of nobody."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import corduroy.study
from corduroy.registry.frames import frames_of
from corduroy.registry.record import CaseFile, FollowUpEvent, Leak, MeasurementEntry, Operation
from corduroy.registry.record.choices import ImagingPosture, SideInjected
from corduroy.registry.store import Registry
from corduroy.registry.synthetic import NOTICE, random_case_files, random_frames, six_patients
from corduroy.study.cohort_file import cohort_from
from corduroy.study.plain import as_plain
from corduroy.study.results import CategoricalVariable, EventResult, NumericVariable, SeriesResult, Variable
from corduroy.study.selection import select
from corduroy.study.series import analyse, analyse_file

EXAMPLE = Path(corduroy.study.__file__).parent / "examples" / "synthetic-series.yaml"
SIX = six_patients()
OUTCOMES = ["pain_back", "frankel", "height_ant", "wedge"]


@pytest.fixture(scope="module")
def result() -> SeriesResult:
    return analyse_file(EXAMPLE)


def series(files: list[CaseFile], **more: Any) -> SeriesResult:
    content = {"title": "A series", "registry": "synthetic", "outcomes": OUTCOMES, **more}
    return analyse(frames_of(files), cohort_from(content, "cohort.yaml"))


def numeric(variables: tuple[Variable, ...], key: str) -> NumericVariable:
    found = next(variable for variable in variables if variable.key == key)
    assert isinstance(found, NumericVariable)
    return found


def counts(variables: tuple[Variable, ...], key: str) -> dict[str, int]:
    found = next(variable for variable in variables if variable.key == key)
    assert isinstance(found, CategoricalVariable)
    return {category.code: category.count for category in found.categories}


def event(result: SeriesResult, key: str) -> EventResult:
    return next(found for found in result.events if found.key == key)


def test_published_means_come_out(result: SeriesResult) -> None:
    assert f"{numeric(result.baseline, 'age').mean:.1f}" == "52.3"
    assert f"{numeric(result.treatment, 'operation.duration_min').mean:.1f}" == "182.2"
    assert f"{numeric(result.treatment, 'operation.blood_loss_ml').mean:.1f}" == "908.3"
    assert f"{result.follow_up.months.mean:.1f}" == "49.8"
    assert counts(result.baseline, "patient.sex") == {"female": 5, "male": 1}
    assert counts(result.baseline, "region") == {"thoracic": 5, "lumbar": 1}
    assert counts(result.treatment, "biopsy.result")["definitive"] == 5


def test_zero_events_are_bounded(result: SeriesResult) -> None:
    """Upper limits of clinical.md 1.1: 45.9 % of 6 patients, 0.148 and 0.120 per person-year."""
    for key in ("recurrence", "refracture", "adjacent"):
        found = event(result, key)
        assert found.proportion is not None
        assert found.proportion.upper is not None
        assert found.rate is not None
        assert found.rate.upper is not None
        assert found.curve is not None
        assert round(100 * found.proportion.interval.high, 1) == 45.9
        assert round(100 * found.proportion.upper.high, 1) == 39.3
        assert (round(found.rate.interval.high, 3), round(found.rate.upper.high, 3)) == (0.148, 0.120)
        assert not found.curve.banded
        assert all(step.low is None and step.survival == 1.0 for step in found.curve.steps)
    leak = event(result, "leak")
    assert [row.modality for row in leak.leaks] == ["Computed tomography"]
    assert f"{result.follow_up.person_years:.2f}" == "24.92"


def test_the_floor_of_six_patients_is_said(result: SeriesResult) -> None:
    for outcome in (*result.paired, *result.ordinal):
        (primary,) = [test for test in outcome.tests if test.primary]
        assert primary.p.value == 0.03125
        assert primary.smallest_p is not None
        assert primary.smallest_p.value == 0.03125
        assert outcome.p_holm == pytest.approx(6 * 0.03125)
    assert any("does not pass Holm" in objection.sentence for objection in result.objections)


def test_few_cases_print_every_value(result: SeriesResult) -> None:
    ages = numeric(result.baseline, "age")
    assert [value.case for value in ages.every] == list(result.flow.cases)
    assert sum(value.value for value in ages.every) == ages.total == 314


def test_frankel_matrix_counts_its_pairs(result: SeriesResult) -> None:
    (frankel,) = result.ordinal
    assert sum(map(sum, frankel.matrix)) == len(frankel.pairs) == 6
    assert [sum(row) for row in frankel.matrix] == [0, 1, 3, 2, 0]
    assert frankel.improved is not None
    assert frankel.improved_two is not None
    assert (frankel.improved.count, frankel.improved_two.count) == (6, 3)
    assert set(frankel.improved_two.source.cases) == {pair.case for pair in frankel.pairs if pair.change >= 2}


def test_every_number_leads_to_its_entries(result: SeriesResult) -> None:
    frames = frames_of(SIX)
    known = {entry for frame in frames.values() for entry in frame["entry_id"]}
    pain = frames["assessment"].set_index("entry_id")["pain_back"]
    outcome = next(found for found in result.paired if found.key == "pain_back")
    for pair in outcome.pairs:
        assert pain[pair.before_entries[0]] == pair.before
        assert pain[pair.after_entries[0]] == pair.after
    variables = (*result.baseline, *result.treatment, *(found.change for found in result.paired))
    assert all(set(variable.source.entries) <= known for variable in variables)
    heights = frames["measurement"].set_index("entry_id")["value"]
    height = next(found for found in result.paired if found.key == "height_ant")
    for pair in height.pairs:
        assert pair.before == pytest.approx(heights[list(pair.before_entries)].mean())


def test_synthetic_data_are_labelled(result: SeriesResult) -> None:
    assert result.notice == NOTICE
    real = [replace(file, patient=file.patient.model_copy(update={"pseudonym": f"P{n}"})) for n, file in enumerate(SIX)]
    content = {"title": "A series", "registry": "mine.sqlite", "outcomes": ["odi"]}
    cohort = cohort_from(content, "cohort.yaml")
    assert analyse(frames_of(real), cohort).notice == ""
    assert analyse(frames_of([*real, SIX[0]]), cohort).notice == NOTICE


@pytest.mark.parametrize("n", [0, 1, 2])
def test_tiny_cohorts_say_what_cannot_be_computed(n: int) -> None:
    groups = {"by": "operation.injected_side", "first": "left", "second": "right"}
    found = series(list(SIX[:n]), groups=groups)
    assert found.n == n
    json.dumps(as_plain(found), allow_nan=False)
    said = [str(reason) for reason in found.not_computed]
    if n == 0:
        assert any("before and after: not computed, no case has both values" in words for words in said)
        assert all(outcome.tests == () for outcome in found.paired)
        assert found.objections[0].topic == "size"
    if n == 1:
        assert any("one pair only" in words for words in said)
        assert numeric(found.baseline, "age").sd is None
        assert numeric(found.baseline, "age").mean == 51
        assert found.paired[0].tests[0].p.value == 1.0


def test_sides_do_not_change_the_series() -> None:
    """Left and right are exchanged in every record that knows them; only the sides themselves may differ."""
    mirrored = [_mirrored(file) for file in SIX]
    ours, theirs = (as_plain(series(list(files))) for files in (SIX, mirrored))
    for result in (ours, theirs):
        result.pop("provenance")
        sided = ("operation.shots_left", "operation.shots_right", "operation.injected_side")
        result["treatment"] = [variable for variable in result["treatment"] if variable["key"] not in sided]
    assert ours == theirs


def _mirrored(file: CaseFile) -> CaseFile:
    other = {SideInjected.LEFT: SideInjected.RIGHT, SideInjected.RIGHT: SideInjected.LEFT}
    turned = []
    for operation in file.operations:
        side = operation.injected_side
        swapped = {
            "injected_side": other.get(side, side) if side else None,
            "shots_left": operation.shots_right,
            "shots_right": operation.shots_left,
        }
        turned.append(Operation.model_validate({**operation.model_dump(), **swapped}))
    embolizations = tuple(
        entry.model_copy(update={"vessels": ", ".join(map(_other_side, (entry.vessels or "").split(", ")))})
        for entry in file.embolizations
    )
    return replace(file, operations=tuple(turned), embolizations=embolizations)


def _other_side(vessel: str) -> str:
    return {"L": "R", "R": "L"}[vessel[0]] + vessel[1:]


def test_mixed_postures_are_told() -> None:
    file = SIX[0]
    standing = tuple(
        MeasurementEntry.model_validate({**entry.model_dump(), "posture": ImagingPosture.STANDING})
        if entry.visit == "preop"
        else entry
        for entry in file.measurements
    )
    found = series([replace(file, measurements=standing), *SIX[1:]])
    assert {(pair.case, pair.differs) for pair in found.mixed} == {("SYN-01", ("posture",))}
    assert "about 5 degrees" in found.mixed[0].words
    assert any(objection.topic == "posture" for objection in found.objections)
    assert series(list(SIX)).mixed == ()


def test_events_happen_once_per_case_and_end_observation() -> None:
    file = SIX[1]
    months_30 = file.operations[0].on + timedelta(913)
    recurrence = FollowUpEvent(on=months_30, type="recurrence", level="T5", definition="imaging")  # type: ignore[arg-type]
    later = FollowUpEvent(on=months_30 + timedelta(90), type="recurrence", definition="histology")  # type: ignore[arg-type]
    leak = Leak(on=file.leaks[0].on, level="T5", leaked=True, types=("B", "C"), modality="radiograph")  # type: ignore[arg-type]
    changed = replace(file, events=(*file.events, recurrence, later), leaks=(*file.leaks, leak))
    found = series([SIX[0], changed, *SIX[2:]])
    recurred = event(found, "recurrence")
    assert recurred.proportion is not None
    assert recurred.rate is not None
    assert recurred.curve is not None
    assert (recurred.proportion.count, recurred.proportion.n) == (1, 6)
    assert recurred.proportion.source.cases == ("SYN-02",)
    assert len(recurred.occurrences) == 2
    assert recurred.rate.person_years == pytest.approx(found.follow_up.person_years - (58 - 30) / 12, abs=0.02)
    assert [step.months for step in recurred.curve.steps if step.events] == [pytest.approx(30, abs=0.1)]
    leaks = {row.modality: (row.proportion.count, row.proportion.n) for row in event(found, "leak").leaks}
    assert leaks == {"Computed tomography": (0, 6), "Radiographs": (1, 1)}


def test_minimal_change_needs_the_researchers_number(result: SeriesResult) -> None:
    by_key = {outcome.key: outcome for outcome in result.paired}
    assert by_key["odi"].mcid is None
    pain = by_key["pain_back"].mcid
    assert pain is not None
    assert (pain.threshold, pain.reached.count) == (2.0, 6)
    assert "PMC7053735" in pain.citation


def test_restoration_is_given_in_all_four_forms(result: SeriesResult) -> None:
    assert len(result.restorations) == 6
    for row in result.restorations:
        assert row.referent_mm is not None
        gained = row.after_mm - row.before_mm
        assert row.gained_mm == pytest.approx(gained)
        assert row.of_fractured_percent == pytest.approx(100 * gained / row.before_mm)
        assert row.of_lost_percent == pytest.approx(100 * gained / (row.referent_mm - row.before_mm))
        assert row.of_referent_percent == pytest.approx(100 * gained / row.referent_mm)


def test_readers_agree_as_well_as_they_were_made_to(result: SeriesResult) -> None:
    height = next(found for found in result.readers if found.key == "height_ant")
    assert height.readers == ("R1", "R2", "corduroy")
    assert height.icc_agreement is not None
    assert height.icc_agreement > 0.9
    assert len(height.ratings) == len(height.images) == 29


def test_same_file_gives_the_same_result() -> None:
    first, second = (as_plain(analyse_file(EXAMPLE)) for _ in range(2))
    for found in (first, second):
        found["provenance"].pop("created")
    assert first == second


def test_groups_are_compared_exactly() -> None:
    groups = {"by": "embolization.completeness", "first": "complete", "second": "near-complete"}
    found = {comparison.key: comparison for comparison in series(list(SIX), groups=groups).groups}
    blood = found["operation.blood_loss_ml"]
    assert (blood.first.n, blood.second.n) == (4, 2)
    assert blood.tests[0].p.value == pytest.approx(2 / 15)  # the most extreme of 15 divisions, on either side
    assert found["complication"].tests[0].name == "Fisher's exact test"


def test_missing_values_are_counted_where_they_could_be() -> None:
    file = SIX[2]
    gone = tuple(entry.model_copy(update={"odi": None}) for entry in file.assessments)
    found = series([*SIX[:2], replace(file, assessments=gone, biopsies=()), *SIX[3:]], outcomes=["odi"])
    missing = {entry.key: entry for entry in found.missing}
    assert (missing["odi.preop"].missing, missing["odi.preop"].of, missing["odi.preop"].cases) == (1, 6, ("SYN-03",))
    assert (missing["biopsy.result"].missing, missing["biopsy.result"].of) == (0, 5)
    assert missing["embolization.hours_to_surgery"].missing == 0
    odi = next(outcome for outcome in found.paired if outcome.key == "odi")
    assert len(odi.pairs) == 5
    assert odi.incomplete == ("SYN-03: no value 'Before surgery' and no value 'Last follow-up'",)


def test_not_recorded_is_not_looked_for_and_not_seen(result: SeriesResult) -> None:
    """Without a follow-up entry no record says that anybody looked; one that says so is told from those that do not."""
    asked = event(result, "recurrence").absence
    assert asked is not None
    assert (asked.looked_for, asked.silent) == (tuple(result.flow.cases), ())
    mute = [replace(file, events=(), complications=()) for file in SIX]
    silent, mixed = (series(files, outcomes=["odi"]) for files in (mute, [SIX[0], *mute[1:]]))
    for key in ("recurrence", "refracture", "adjacent", "reoperation", "complication_operation"):
        found = event(silent, key)
        assert found.absence is not None
        assert (len(found.absence.looked_for), len(found.absence.silent)) == (0, 6)
        told = "none was recorded in 6 cases; whether it was looked for is not in the records"
        assert found.absence.words == told
        assert found.proportion is not None
        assert found.proportion.words.endswith(told)
        assert found.rate is None or found.rate.words.endswith(told)
    for key in ("leak", "death", "complication_biopsy"):
        assert event(silent, key).absence == event(result, key).absence
    alive = event(silent, "death").absence
    assert alive is not None
    assert alive.words == "seen alive after surgery in 6 cases"
    absence = event(mixed, "recurrence").absence
    assert absence is not None
    assert (absence.looked_for, len(absence.silent)) == (("SYN-01",), 5)
    zero = [objection.sentence for objection in silent.objections if objection.topic == "zero events"]
    said = next(words for words in zero if "of 6 the records do not say that anybody looked" in words)
    assert said.startswith("No recurrence is recorded among 6 patients")


def test_a_biopsy_that_had_a_complication_is_not_counted_as_one_without() -> None:
    harmed = replace(SIX[0], biopsies=(SIX[0].biopsies[0].model_copy(update={"complication": True}),), complications=())
    found = event(series([harmed, *SIX[1:]], outcomes=["odi"]), "complication_biopsy")
    assert found.proportion is not None
    assert (found.proportion.count, found.proportion.n, found.proportion.source.cases) == (1, 6, ("SYN-01",))


def test_who_was_last_seen_before_surgery_takes_no_time_from_the_others() -> None:
    file = SIX[0]
    unseen = replace(file, assessments=file.assessments[:1], imaging=(), events=(), measurements=())
    found = event(series([unseen, *SIX[1:]], outcomes=["odi"]), "recurrence")
    others = event(series(list(SIX[1:]), outcomes=["odi"]), "recurrence")
    assert found.rate is not None
    assert others.rate is not None
    assert found.rate.person_years == pytest.approx(others.rate.person_years)


def test_no_record_of_a_procedure_is_no_procedure() -> None:
    """With no biopsy at all nobody has one, and there is nothing to describe."""
    bare = [replace(file, biopsies=(), embolizations=()) for file in SIX]
    treatment = series(bare, outcomes=["odi"]).treatment
    for kind in ("biopsy", "embolization"):
        assert counts(treatment, f"{kind}.recorded") == {"no": 6}
        assert not [variable.key for variable in treatment if variable.key.startswith(kind)][1:]
    assert counts(treatment, "operation.recorded") == {"yes": 6}
    one = series([SIX[0], *bare[1:]], outcomes=["odi"]).treatment
    assert counts(one, "biopsy.recorded") == {"yes": 1, "no": 5}


def test_a_registry_file_gives_what_memory_gives(tmp_path: Path) -> None:
    place = tmp_path / "registry.sqlite"
    files = list(random_case_files(25, np.random.default_rng(2)))
    with Registry.create(place) as registry, registry.transaction(who="test", why="test") as change:
        for file in files:
            ids: dict[str, str] = {}
            for record in file.records():
                parent = ids[record.parent] if record.parent else None
                ids[record.kind] = change.add(record, parent_id=parent).id
    text = f"title: A series\nregistry: {place.name}\noutcomes: [pain_back, frankel, wedge]\n"
    (tmp_path / "cohort.yaml").write_text(text, encoding="utf-8")
    stored = analyse_file(tmp_path / "cohort.yaml")
    content = {"title": "A series", "registry": "x", "outcomes": ["pain_back", "frankel", "wedge"]}
    held = analyse(frames_of(files), cohort_from(content, "cohort.yaml"))
    assert [test.p for found in stored.paired for test in found.tests] == [
        test.p for found in held.paired for test in found.tests
    ]
    assert [(found.key, found.n) for found in stored.baseline] == [(found.key, found.n) for found in held.baseline]
    assert stored.ordinal[0].matrix == held.ordinal[0].matrix
    assert stored.notice == NOTICE


def test_a_hundred_random_patients_go_through() -> None:
    frames = random_frames(100, np.random.default_rng(9))
    content = {"title": "A series", "registry": "synthetic", "outcomes": ["pain_back", "frankel"]}
    cohort = cohort_from({**content, "criteria": {"aggressive": True}}, "cohort.yaml")
    found = analyse(frames, cohort)
    assert found.n == len(select(frames, cohort).cases)
    assert found.repeated[0].model
    assert numeric(found.baseline, "age").every == ()
    json.dumps(as_plain(found), allow_nan=False)


def test_whatever_is_missing_the_analysis_goes_through() -> None:
    """Records taken away at random: no error, no NaN, and what is not there is said."""
    draw = random.Random(1)
    pool = [*random_case_files(20, np.random.default_rng(5)), *SIX]
    kinds = ("assessments", "imaging", "measurements", "biopsies", "embolizations", "operations", "leaks", "events")
    groups = {"by": "biopsy.result", "first": "definitive", "second": "inadequate"}
    for _ in range(6):
        files = []
        for file in draw.sample(pool, draw.choice([1, 3, 6])):
            kept = draw.choice([0.0, 0.4, 1.0])
            left = {kind: tuple(entry for entry in getattr(file, kind) if draw.random() < kept) for kind in kinds}
            files.append(replace(file, **(left if draw.random() < 0.5 else {}), consent=None))
        outcomes = draw.sample(["frankel", "bladder", "mjoa", "wedge", "canal_comp", "height_ant"], 4)
        found = series(files, outcomes=outcomes, groups=groups, reader=draw.choice(["corduroy", "readers", "nobody"]))
        json.dumps(as_plain(found), allow_nan=False)
        assert len(found.paired) + len(found.ordinal) == 4
        assert all(outcome.tests or outcome.not_computed for outcome in (*found.paired, *found.ordinal))
