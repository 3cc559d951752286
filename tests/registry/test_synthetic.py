"""The invented patients: their totals are the index series', and nobody can take them for real."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from corduroy.registry.frames import frames_of
from corduroy.registry.record import RECORDS
from corduroy.registry.record.choices import EventType, Quantity, Sex
from corduroy.registry.synthetic import PREFIX, is_synthetic, random_case_files, random_frames, six_patients
from corduroy.registry.synthetic.six import months_later
from corduroy.scales import BiopsyResult, FrankelGrade
from corduroy.study.selection import completed_months

SIX = six_patients()


def operations() -> pd.DataFrame:
    return frames_of(SIX)["operation"]


def test_totals_are_those_of_the_index_series() -> None:
    assert sum(file.age_at_surgery or 0 for file in SIX) == 314
    assert operations()["duration_min"].sum() == 1093
    assert operations()["blood_loss_ml"].sum() == 5450
    surgery = pd.Series(pd.to_datetime([file.surgery for file in SIX]))
    seen = pd.Series(pd.to_datetime([file.last_seen for file in SIX]))
    months = completed_months(surgery, seen)
    assert months.sum() == 299
    assert months.min() >= 36


def test_counts_are_those_of_the_index_series() -> None:
    assert [file.patient.sex for file in SIX].count(Sex.MALE) == 1
    assert [level.region for file in SIX for level in file.case.levels].count("thoracic") == 5
    results = [biopsy.result for file in SIX for biopsy in file.biopsies]
    assert len(results) == 6
    assert results.count(BiopsyResult.DEFINITIVE) == 5
    assert not any(leak.leaked for file in SIX for leak in file.leaks)
    assert {event.type for file in SIX for event in file.events} == {EventType.FOLLOW_UP}


def test_operated_within_the_index_series_dates() -> None:
    days = [str(file.surgery) for file in SIX]
    assert days == sorted(days)
    assert days[0] >= "2011-07-01"
    assert days[-1] <= "2016-04-30"


def test_records_are_complete_and_need_no_confirmation() -> None:
    kinds = {record.kind for file in SIX for record in file.records()}
    assert kinds == {record.kind for record in RECORDS}
    assert [str(finding) for file in SIX for finding in file.findings()] == []


def test_every_patient_is_marked_as_invented() -> None:
    assert all(file.patient.pseudonym.startswith(PREFIX) for file in SIX)
    assert is_synthetic(["P-1", "SYN-07"])
    assert not is_synthetic(["P-1", "S-SYN-1"])


def test_nobody_gets_worse_and_angles_follow_heights() -> None:
    grades = list(FrankelGrade)
    for file in SIX:
        places = [grades.index(assessment.frankel) for assessment in file.assessments if assessment.frankel]
        assert all(later >= earlier for earlier, later in pairwise(places))
        by = {(entry.visit, entry.quantity): entry.value for entry in file.measurements if entry.reader == "corduroy"}
        for visit in {visit for visit, _ in by}:
            crushed = by[visit, Quantity.HEIGHT_POSTERIOR] - by[visit, Quantity.HEIGHT_ANTERIOR]
            assert by[visit, Quantity.WEDGE_ANGLE] == pytest.approx(np.degrees(np.arctan(crushed / 28.5)), abs=3.0)


def test_same_patients_on_every_call() -> None:
    assert six_patients() == SIX


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [("2011-07-14", 67, "2017-02-14"), ("2012-01-31", 1, "2012-02-29"), ("2012-02-29", 12, "2013-02-28")],
)
def test_months_later_stays_in_the_month(day: str, months: int, later: str) -> None:
    assert str(months_later(pd.Timestamp(day).date(), months)) == later


def test_random_frames_and_case_files_are_the_same_patients() -> None:
    drawn = random_frames(40, np.random.default_rng(8))
    recorded = frames_of(random_case_files(40, np.random.default_rng(8)))
    assert set(drawn) == set(recorded)
    for kind, frame in drawn.items():
        pd.testing.assert_frame_equal(frame, recorded[kind].loc[:, frame.columns], check_names=False)


def test_random_patients_can_be_true_and_differ_by_seed() -> None:
    files = list(random_case_files(60, np.random.default_rng(1), assessments=10))
    assert not [finding for file in files for finding in file.findings() if finding.is_hard]
    assert {len(file.assessments) for file in files} == {10}
    assert all(file.patient.pseudonym.startswith(PREFIX) for file in files)
    again, other = (random_frames(60, np.random.default_rng(seed))["operation"] for seed in (1, 2))
    pd.testing.assert_frame_equal(frames_of(files)["operation"][again.columns[3:]], again[again.columns[3:]])
    assert not again["duration_min"].equals(other["duration_min"])


def test_random_patients_have_gaps_and_events() -> None:
    frames = random_frames(2000, np.random.default_rng(5))
    assert 0.01 < frames["case"]["fracture"].isna().mean() < 0.06
    assert set(frames["event"]["type"]) == {"follow_up", "recurrence", "death", "lost"}
    assert 0 < frames["leak"]["leaked"].mean() < 0.5
