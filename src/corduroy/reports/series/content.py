"""What a series report says, in the order in which it is read; the same for web page, PDF and document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from corduroy.reports.series.blocks import Block, Bullets, Paragraph, Picture, Section, Table
from corduroy.reports.series.checklists import PROCESS, STROBE, CheckedItem, checked
from corduroy.reports.series.events import (
    event_blocks,
    follow_up_blocks,
    mixed_blocks,
    reader_blocks,
    restoration_blocks,
)
from corduroy.reports.series.numbers import number, share, share_limits
from corduroy.reports.series.outcomes import group_blocks, ordinal_blocks, paired_blocks, repeated_blocks
from corduroy.reports.series.variables import described, mean_line
from corduroy.reports.wording import DISCLAIMER
from corduroy.study.results import CategoricalVariable, EventResult, NumericVariable, Proportion, SeriesResult

Pictures = dict[str, Picture]

# What the index series prints first.
_HEADLINES = ("age", "operation.duration_min", "operation.blood_loss_ml")


@dataclass(frozen=True)
class Report:
    """A report before any file format.

    Parameters
    ----------
    title, made, notice : str
        `notice` stands on every page; empty for real data.
    sections : tuple of Section
    checklists : tuple of (str, tuple of CheckedItem)
        Each answer that is a section's title becomes a link.
    """

    title: str
    made: str
    notice: str
    sections: tuple[Section, ...]
    checklists: tuple[tuple[str, tuple[CheckedItem, ...]], ...]

    @property
    def tables(self) -> Iterator[Table]:
        """All tables, each of which is written as CSV."""
        for section in self.sections:
            yield from (block for block in section.blocks if isinstance(block, Table))

    def anchor_of(self, answer: str) -> str | None:
        """The anchor of the section that a checklist names; None where the answer is no section."""
        return next((section.anchor for section in self.sections if section.title == answer), None)


def series_content(result: SeriesResult, pictures: Pictures) -> Report:
    """All sections of the report of a series.

    Parameters
    ----------
    result : SeriesResult
    pictures : dict of str to Picture
        Those that were drawn, by key.
    """
    provenance = result.provenance
    by = f"{provenance.software} {provenance.version}"
    sections = tuple(section for section in _sections(result, pictures) if section.blocks)
    return Report(
        title=result.title,
        made=f"Case series, analysed {provenance.created[:10]} by {by}. {DISCLAIMER}",
        notice=result.notice,
        sections=sections,
        checklists=_checklists(result),
    )


def _checklists(result: SeriesResult) -> tuple[tuple[str, tuple[CheckedItem, ...]], ...]:
    """A series of nobody is not to be published: no items are asked of it."""
    if not result.n:
        return ()
    return (
        ("PROCESS 2020 / 2023 / 2025", tuple(checked(PROCESS, result))),
        ("STROBE, cohort studies", tuple(checked(STROBE, result))),
    )


def _sections(result: SeriesResult, pictures: Pictures) -> Iterator[Section]:
    if not result.n:
        yield from _nobody(result, pictures)
        return
    yield Section("Summary", tuple(_summary(result)))
    yield Section("Selection of cases", tuple(_selection(result, pictures)))
    yield Section("Patients and lesions", tuple(described("baseline", "Patients and lesions", result.baseline)))
    yield Section("Treatment", tuple(described("treatment", "Treatment", result.treatment)))
    yield Section("Course of each patient", _chosen(pictures, "timelines", "trajectories"))
    yield Section("Outcomes before and after", tuple(_outcomes(result, pictures)))
    yield Section("Outcomes at each visit", tuple(repeated_blocks(result.repeated)))
    yield Section("Two groups", tuple(group_blocks(result.groups)))
    yield Section("Events", tuple(event_blocks(result.events, _all(pictures, "survival-"))))
    yield Section("Follow-up", tuple(follow_up_blocks(result.follow_up)))
    yield Section("Agreement of readers", tuple(reader_blocks(result.readers, _all(pictures, "agreement-"))))
    yield Section("Automated measurement", tuple(_automated(result)))
    yield Section("Missing values", tuple(_missing(result)))
    yield Section("What a reviewer would object to", tuple(_objections(result)))
    yield Section("Methods", tuple(Paragraph(text) for text in result.methods))
    yield Section("Ethics and consent", tuple(_ethics(result)))
    yield Section("Provenance", tuple(_provenance(result)))


def _nobody(result: SeriesResult, pictures: Pictures) -> Iterator[Section]:
    """Without a case there is one thing to report: who fell out where."""
    yield Section("Summary", (Paragraph(nobody(result)),))
    yield Section("Selection of cases", tuple(_selection(result, pictures)))
    yield Section("Provenance", tuple(_provenance(result)))


def nobody(result: SeriesResult) -> str:
    """The one sentence about a series without a case."""
    held = result.flow.registry_cases
    if not held:
        return "The registry holds no case: there is nothing to report."
    return (
        f"None of the {held} cases in the registry fulfils the criteria: there is nothing to report but the selection."
    )


def _summary(result: SeriesResult) -> Iterator[Block]:
    lines = [f"{result.n} cases of {result.flow.patients} patients, of {result.flow.registry_cases} in the registry."]
    described = [v for v in (*result.baseline, *result.treatment) if isinstance(v, NumericVariable)]
    lines += [f"{v.label}: {mean_line(v)}." for v in described if v.n and v.key in _HEADLINES]
    months = result.follow_up.months
    if months.n:
        lines.append(f"Follow-up: {mean_line(months)}; {result.follow_up.person_years:.1f} person-years.")
    for outcome in result.ordinal:
        if outcome.improved:
            lines.append(
                f"{outcome.label}: improved by at least one grade in {share(outcome.improved)}, exact 95 % interval "
                f"{share_limits(outcome.improved)}."
            )
    for paired in result.paired:
        best = next((value for value in paired.estimates if value.primary), None)
        if best and best.interval:
            low, high = number(best.interval.low), number(best.interval.high)
            lines.append(f"{paired.label}: {number(best.value)} {paired.unit} ({low} to {high}) between the two times.")
    lines += _seen(result)
    lines.append(f"Primary contrast, chosen beforehand: {result.contrast}.")
    yield Bullets(tuple(lines))


def _selection(result: SeriesResult, pictures: Pictures) -> Iterator[Block]:
    yield from _chosen(pictures, "flow")
    rows = tuple(
        (
            step.criterion.words,
            str(step.before),
            str(step.after),
            ", ".join(step.not_met) or "none",
            ", ".join(step.not_recorded) or "none",
        )
        for step in result.flow.steps
    )
    columns = ("criterion", "before", "after", "does not hold", "not recorded")
    yield Table("flow", "Who fell out where", columns, rows, ("Not recorded is not the same as no.",))
    period = result.period
    if period.first_operation:
        yield Paragraph(
            f"Operated from {period.first_operation} to {period.last_operation}; last seen on {period.last_seen}."
        )


def _outcomes(result: SeriesResult, pictures: Pictures) -> Iterator[Block]:
    yield from mixed_blocks(result.mixed)
    yield from paired_blocks(result.paired, _chosen(pictures, "pairs"))
    for outcome in result.ordinal:
        yield from ordinal_blocks(outcome, pictures.get(f"grades-{outcome.key}"))
    yield from restoration_blocks(result.restorations)


def _automated(result: SeriesResult) -> Iterator[Block]:
    if not result.automated:
        yield Paragraph("No value in this series was measured by a program.")
        return
    rows = tuple(
        (
            use.method,
            use.reader,
            str(use.values),
            str(use.also_read_by_persons),
            "yes" if use.in_results else "no",
        )
        for use in result.automated
    )
    columns = ("method and version", "reader", "values", "of these also read by a person", "outcomes rest on them")
    yield Table("automated", "Values that a program measured", columns, rows, ("For the AI domain of PROCESS 2025.",))


def _missing(result: SeriesResult) -> Iterator[Block]:
    rows = tuple((m.label, f"{m.missing} of {m.of}", ", ".join(m.cases)) for m in result.missing if m.missing)
    if rows:
        yield Table("missing", "Values that are not recorded", ("variable", "missing", "cases"), rows)
    else:
        yield Paragraph("Every variable of this report is recorded for every case.")
    yield Paragraph("Nothing was imputed: each result is of the cases that have its values, and says how many.")
    if result.not_computed:
        yield Bullets(tuple(str(missing) for missing in result.not_computed))


def _objections(result: SeriesResult) -> Iterator[Block]:
    if result.objections:
        yield Bullets(tuple(f"{objection.topic.capitalize()}: {objection.sentence}" for objection in result.objections))


def _ethics(result: SeriesResult) -> Iterator[Block]:
    yield Paragraph(f"Ethics: {'; '.join(result.ethics.references) or 'not recorded'}.")
    consent = result.ethics.consent
    parts = [f"{c.label} {c.count}" for c in consent.categories] if isinstance(consent, CategoricalVariable) else []
    yield Paragraph(f"Consent: {', '.join(parts) or 'not recorded'}; not recorded for {consent.missing}.")


def _provenance(result: SeriesResult) -> Iterator[Block]:
    provenance = result.provenance
    rows = [("software", f"{provenance.software} {provenance.version}, Python {provenance.python}")]
    rows += [("made", provenance.created), ("method", provenance.method)]
    rows += [(f"input: {name}", f"SHA-256 {digest}") for name, digest in provenance.inputs.items()]
    rows += [(f"setting: {name}", words) for name, value in provenance.settings.items() for words in _told(value)]
    yield Table("provenance", "What this report was made from", ("what", "value"), tuple(rows))


def _told(value: object) -> list[str]:
    """A setting in words; one line per part where it has parts."""
    if isinstance(value, dict):
        return [f"{name}: {', '.join(_told(part))}" for name, part in value.items() if part is not None]
    if isinstance(value, list | tuple):
        return [", ".join(line for part in value for line in _told(part))]
    return [str(value)]


def _seen(result: SeriesResult) -> list[str]:
    """Events that happened, each with its count; then all that did not, with what may still be true."""
    known = [(event.label, event.proportion) for event in result.events if event.proportion]
    lines = [
        f"{label}: {share(part)}, exact 95 % interval {share_limits(part)}." for label, part in known if part.count
    ]
    unseen: dict[str, list[str]] = {}
    for event in result.events:
        if event.proportion and not event.proportion.count:
            unseen.setdefault(_none_of(event, event.proportion), []).append(event.label.lower())
    return lines + [f"{bound}: {', '.join(labels)}." for bound, labels in unseen.items()]


def _none_of(event: EventResult, part: Proportion) -> str:
    """What "none" means: looked for and not seen, or only not recorded."""
    silent = len(event.absence.silent) if event.absence else 0
    if not silent:
        return f"None seen in {part.n} ({share_limits(part)} is possible)"
    whose = "" if silent == part.n else f" of {silent} of them"
    return (
        f"No event of these kinds was recorded in {part.n}; whether they were looked for is not in the records{whose} "
        f"(if they were, {share_limits(part)} is possible)"
    )


def _chosen(pictures: Pictures, *keys: str) -> tuple[Picture, ...]:
    return tuple(pictures[key] for key in keys if key in pictures)


def _all(pictures: Pictures, prefix: str) -> tuple[Picture, ...]:
    return tuple(picture for key, picture in pictures.items() if key.startswith(prefix))
