"""What happened later, how often per year, and how long the patients were observed."""

from __future__ import annotations

from collections.abc import Sequence

from corduroy.reports.series.blocks import Block, Bullets, Paragraph, Picture, Table
from corduroy.reports.series.numbers import estimate, limits, number, share, share_limits, yearly
from corduroy.reports.series.variables import gathered
from corduroy.reports.wording import NOT_MEASURED
from corduroy.study.results import EventResult, FollowUp, LeakRow, MixedPair, ReaderResult, RestorationRow, RiskRow


def follow_up_blocks(follow_up: FollowUp) -> list[Block]:
    """How long, who died, who was lost."""
    blocks: list[Block] = [Paragraph(follow_up.words)]
    lines = [f"Observed for {follow_up.person_years:.1f} person-years."]
    if follow_up.median is not None:
        lines.append(f"Median by reverse Kaplan-Meier: {estimate(follow_up.median)} months.")
    for words, cases in (("Died", follow_up.died), ("Lost to follow-up", follow_up.lost)):
        lines.append(f"{words}: {', '.join(cases) if cases else 'none recorded'}.")
    return [*blocks, Bullets(tuple(lines))]


def event_blocks(events: Sequence[EventResult], pictures: Sequence[Picture]) -> list[Block]:
    """A row per event with exact bounds, the leaks by modality, each occurrence by name."""
    rows = tuple(
        (
            event.label,
            share(event.proportion),
            _without(event),
            share_limits(event.proportion),
            _upper(event),
            yearly(event.rate),
        )
        for event in events
    )
    columns = (
        "event",
        "cases",
        "cases without it",
        "exact 95 % interval",
        "one-sided upper limit",
        "rate (exact 95 % interval)",
    )
    blocks: list[Block] = [Table("events", "Events", columns, rows, _ZERO_NOTE)]
    leaks = [leak for event in events for leak in event.leaks]
    if leaks:
        blocks.append(_leaks(leaks))
    happened = [occurrence for event in events for occurrence in event.occurrences]
    if happened:
        cells = tuple((o.case, str(o.on), number(o.months), o.words) for o in happened)
        blocks.append(Table("occurrences", "Each event", ("case", "date", "months after surgery", "what"), cells))
    landmarks = _landmarks(events)
    notes = list(gathered((event.label, note) for event in events for note in event.notes))
    notes += [str(missing) for event in events for missing in event.not_computed]
    return [*blocks, *([landmarks] if landmarks else []), *pictures, *([Bullets(tuple(notes))] if notes else [])]


_ZERO_NOTE = (
    "Cases without it: 'not seen' where the records say that it was looked for; 'not recorded' where they say nothing, "
    "and the limits then hold only if it was looked for.",
    "Nothing seen is not nothing there: read the upper limit. The one-sided limit is printed where none was seen.",
)
_LANDMARK_NOTE = (
    "Kaplan-Meier. Before the first event its own band would have no width: the limits are then the exact binomial "
    "ones of those followed so long. A case without an entry of the event counts as free of it.",
)


def _landmarks(events: Sequence[EventResult]) -> Table | None:
    """How many are free of each event after some years, with the limits that hold there."""
    curves = [(event, event.curve) for event in events if event.curve and event.curve.risk]
    if not curves:
        return None
    months = list(dict.fromkeys(row.months for _, curve in curves for row in curve.risk))
    rows = []
    for event, curve in curves:
        known = {row.months: row for row in curve.risk}
        rows.append((event.label, *(_landmark(known.get(month)) for month in months)))
    columns = ("free of", *(f"{month:g} months" for month in months))
    return Table("landmarks", "Free of the event", columns, tuple(rows), _LANDMARK_NOTE)


def _landmark(row: RiskRow | None) -> str:
    if row is None or row.share is None:
        return NOT_MEASURED
    return f"{100 * row.share:.0f} % ({limits(row.interval, 100.0, 0)}; {row.at_risk} at risk)"


def _without(event: EventResult) -> str:
    """``4 not seen, 2 not recorded``."""
    if event.absence is None:
        return NOT_MEASURED
    counts = ((len(event.absence.looked_for), "not seen"), (len(event.absence.silent), "not recorded"))
    return ", ".join(f"{count} {words}" for count, words in counts if count) or "none"


def _upper(event: EventResult) -> str:
    if event.proportion is None or event.proportion.upper is None:
        return NOT_MEASURED
    return f"{100 * event.proportion.upper.high:.1f} %"


def _leaks(leaks: Sequence[LeakRow]) -> Table:
    rows = tuple(
        (
            leak.modality,
            share(leak.proportion),
            share_limits(leak.proportion),
            ", ".join(f"{kind} {count}" for kind, count in leak.types) or "none",
        )
        for leak in leaks
    )
    note = "Films miss most leaks: CT found 1.5 times as many (10.1302/0301-620x.85b1.13026)."
    columns = ("looked for on", "cases with a leak", "exact 95 % interval", "types (Yeom)")
    return Table("leaks", "Cement leaks by the modality that looked", columns, rows, (note,))


def restoration_blocks(rows: Sequence[RestorationRow]) -> list[Block]:
    """Height restoration in all four forms; they may differ fourfold for the same patient."""
    if not rows:
        return []
    columns = ("case", "level", "before, mm", "after, mm", "referent, mm", "1: mm", "2: % of fractured",
               "3: % of lost", "4: % of referent")  # fmt: skip
    cells = tuple(
        (
            row.case, row.level, number(row.before_mm), number(row.after_mm), number(row.referent_mm),
            number(row.gained_mm), number(row.of_fractured_percent), number(row.of_lost_percent),
            number(row.of_referent_percent),
        )
        for row in rows
    )  # fmt: skip
    notes = ["The four forms of McKiernan 2003 (10.1097/01.BRS.0000092424.29886.C9); none is read without its name."]
    notes += [f"{row.case}: {note}" for row in rows for note in row.notes]
    return [Table("restoration", "Anterior height restoration", columns, cells, tuple(notes))]


def mixed_blocks(mixed: Sequence[MixedPair]) -> list[Block]:
    """Pairs that were not obtained alike."""
    if not mixed:
        return []
    return [
        Paragraph("These comparisons are between values that were not obtained alike:"),
        Bullets(tuple(f"{pair.case}, {pair.outcome}: {pair.words}" for pair in mixed)),
    ]


def reader_blocks(readers: Sequence[ReaderResult], pictures: Sequence[Picture]) -> list[Block]:
    """Agreement of the readers, one row per quantity."""
    if not readers:
        return [Paragraph("No image was measured by more than one reader: the agreement is not known.")]
    rows = tuple(
        (
            f"{reader.label} ({reader.unit})" if reader.unit not in reader.label else reader.label,
            ", ".join(reader.readers),
            str(len(reader.images)),
            _icc(reader.icc_agreement, reader.icc_agreement_interval),
            _icc(reader.icc_consistency, reader.icc_consistency_interval),
            number(reader.sem, 2),
            number(reader.detectable_difference, 2),
        )
        for reader in readers
    )
    columns = ("quantity", "readers", "images", "ICC(2,1)", "ICC(3,1)", "SEM", "detectable difference")
    notes = [
        f"{reader.label}: {note}" for reader in readers for note in (*reader.notes, *map(str, reader.not_computed))
    ]
    return [Table("readers", "Agreement of readers", columns, rows, tuple(dict.fromkeys(notes))), *pictures]


def _icc(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return NOT_MEASURED
    return f"{value:.2f}" if interval is None else f"{value:.2f} ({interval[0]:.2f} to {interval[1]:.2f})"
