"""The analysis of a case series, from a cohort file to one result."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corduroy.provenance import Provenance, content_hash
from corduroy.registry.frames import Frames, Records
from corduroy.registry.record import Consent
from corduroy.registry.synthetic import NOTICE, is_synthetic
from corduroy.study.analysis.baseline import baseline, treatment
from corduroy.study.analysis.comparisons import compare
from corduroy.study.analysis.critique import critique
from corduroy.study.analysis.describe import described
from corduroy.study.analysis.gaps import gaps
from corduroy.study.analysis.happenings import happenings
from corduroy.study.analysis.methods import methods
from corduroy.study.analysis.observation import observation, period, timelines
from corduroy.study.analysis.readings import agreement, automated, mixed_pairs, restorations
from corduroy.study.analysis.split import group_comparisons
from corduroy.study.analysis.times import over_time, trajectories
from corduroy.study.cohort import Cohort
from corduroy.study.cohort_file import read_cohort
from corduroy.study.origin import opened_records
from corduroy.study.results import CategoricalVariable, Design, Ethics, NotComputed, SeriesResult
from corduroy.study.selection import Selection, select

SEED = 1
"""Of the generator for tests that are too large to be enumerated: the same file gives the same report."""


def analyse_file(path: Path) -> SeriesResult:
    """Analyse the series that a cohort file describes.

    Parameters
    ----------
    path : Path
        YAML; see `corduroy.study.cohort.Cohort`.

    Raises
    ------
    InputError
        If the file or the registry it names cannot be read.
    """
    cohort = read_cohort(path)
    with opened_records(cohort.registry, path.parent) as records:
        return analyse(records, cohort, {"cohort file": content_hash(path)})


def analyse(records: Records | Frames, cohort: Cohort, inputs: Mapping[str, str] | None = None) -> SeriesResult:
    """Analyse a series.

    Parameters
    ----------
    records : Records or dict of str to DataFrame
        Of a store (`Registry.records`), or all frames, as `corduroy.registry.frames` describes.
    cohort : Cohort
    inputs : mapping of str to str, optional
        Names and SHA-256 of what the frames and the cohort are from, for the provenance.

    Returns
    -------
    SeriesResult
        Also of no case, or one: what cannot be computed is said in `not_computed`, never guessed.

    Notes
    -----
    When these numbers mislead: a case series has no control group. What it measures before and after is change, not
    effect.
    """
    rng = np.random.default_rng(SEED)
    selection = select(records, cohort)
    comparisons = compare(selection, cohort, rng)
    repeated = over_time(selection, cohort, rng)
    groups = group_comparisons(selection, cohort, comparisons, rng)
    events = happenings(selection)
    follow_up = observation(selection)
    mixed = mixed_pairs(selection, cohort)
    readers = agreement(selection, cohort)
    before, treated = baseline(selection), treatment(selection)
    when = period(selection)
    return SeriesResult(
        title=cohort.title,
        notice=NOTICE if is_synthetic(selection.cases["pseudonym"]) or cohort.is_synthetic else "",
        criteria=cohort.criteria_in_words(),
        contrast=cohort.compare.words,
        flow=selection.flow,
        n=len(selection.cases),
        design=Design(cohort.design.retrospective, cohort.design.centres, cohort.design.blinded_readers),
        period=when,
        ethics=_ethics(selection),
        baseline=before,
        treatment=treated,
        paired=comparisons.paired,
        ordinal=comparisons.ordinal,
        repeated=repeated,
        groups=groups,
        events=events,
        follow_up=follow_up,
        restorations=restorations(selection, cohort),
        readers=readers,
        mixed=mixed,
        timelines=timelines(selection),
        trajectories=trajectories(selection, cohort),
        missing=gaps(selection, cohort, (*before, *treated)),
        objections=critique(selection, cohort, comparisons, events, follow_up, mixed),
        methods=methods(selection, cohort, when, comparisons, repeated, events, follow_up),
        automated=automated(selection, cohort),
        not_computed=tuple(_not_computed(comparisons.every, repeated, groups, events, readers)),
        provenance=Provenance(
            method="corduroy study",
            inputs={**(inputs or {}), "records analysed": fingerprint(selection.frames)},
            settings={"cohort": cohort.as_plain(), "seed": SEED},
        ),
    )


def fingerprint(frames: Frames) -> str:
    """SHA-256 of the records, whatever store they are from.

    Parameters
    ----------
    frames : dict of str to DataFrame
    """
    digest = hashlib.sha256()
    for kind in sorted(frames):
        digest.update(kind.encode())
        for name, column in frames[kind].items():
            digest.update(str(name).encode())
            digest.update(pd.util.hash_pandas_object(column, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def _ethics(selection: Selection) -> Ethics:
    patients = selection.cases.drop_duplicates("patient_id")
    consent = selection.frames["consent"].set_index("patient_id").reindex(patients["patient_id"])
    ids = list(consent["entry_id"].astype(object).where(consent["entry_id"].notna(), ""))
    scope = described("consent", Consent.items()["scope"], list(patients["label"]), consent["scope"], ids)
    assert isinstance(scope, CategoricalVariable)
    references = tuple(dict.fromkeys(str(text) for text in consent["ethics_ref"].dropna()))
    return Ethics(scope, references)


def _not_computed(*several: tuple[Any, ...]) -> Iterator[NotComputed]:
    for results in several:
        for result in results:
            yield from result.not_computed
