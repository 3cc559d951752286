"""Outcomes before and after: values, differences, exact tests with the smallest p that could have come out."""

from __future__ import annotations

from collections.abc import Sequence

from corduroy.reports.series.blocks import Block, Bullets, Paragraph, Picture, Table
from corduroy.reports.series.numbers import (
    estimate,
    number,
    p_beside_smallest,
    plain,
    quartiles,
    share,
    share_limits,
    spread,
)
from corduroy.reports.wording import NOT_MEASURED
from corduroy.study.results import (
    Estimate,
    GroupComparison,
    NumericVariable,
    OrdinalOutcome,
    PairedOutcome,
    RepeatedOutcome,
    TestLine,
)

_FEW = 10


def paired_blocks(outcomes: Sequence[PairedOutcome], pictures: Sequence[Picture]) -> list[Block]:
    """The paired outcomes together, then every pair where there are few."""
    if not outcomes:
        return [Paragraph("No outcome has a value before and after.")]
    blocks: list[Block] = [_differences(outcomes), _tests(outcomes), *pictures]
    blocks += [_pairs(outcome) for outcome in outcomes if 0 < len(outcome.pairs) <= _FEW]
    blocks.append(Bullets(tuple(_sentences(outcomes))))
    return blocks


def _differences(outcomes: Sequence[PairedOutcome]) -> Table:
    rows = []
    named = next((outcome.effects[0].name for outcome in outcomes if outcome.effects), "effect size")
    for outcome in outcomes:
        effect = outcome.effects[0] if outcome.effects else None
        rows.append(
            (
                _titled(outcome.label, outcome.unit),
                str(len(outcome.pairs)),
                quartiles(outcome.before),
                quartiles(outcome.after),
                estimate(_primary(outcome.estimates)),
                estimate(effect),
            )
        )
    return Table(
        "paired-outcomes",
        "Before and after",
        ("outcome", "pairs", "before: median (quartiles)", "after", "difference (interval; its confidence)", named),
        tuple(rows),
        (
            "Difference: Hodges-Lehmann estimate, after minus before, with the interval of the Walsh averages; few "
            "patients allow only some confidences, so the one attained is printed.",
            *(f"Effect: {o.effects[0].words}" for o in outcomes[:1] if o.effects),
        ),
    )


def _tests(outcomes: Sequence[PairedOutcome]) -> Table:
    rows = []
    for outcome in outcomes:
        for test in outcome.tests:
            adjusted = "" if not test.primary or outcome.p_holm is None else f"{outcome.p_holm:.4g}"
            smallest = "" if not test.primary or outcome.holm_smallest is None else f"{outcome.holm_smallest:.4g}"
            least = str(test.smallest_p).removeprefix("p = ") if test.smallest_p else NOT_MEASURED
            rows.append((outcome.label, test.name, str(test.p), least, adjusted, smallest))
    return Table(
        "paired-tests",
        "Exact paired tests",
        ("outcome", "test", "two-sided p", "smallest possible p", "p by Holm", "smallest by Holm"),
        tuple(rows),
        (
            "Holm: over all paired end points of this report. No p value carries a star; with so few patients an "
            "estimate and its interval say more.",
        ),
    )


def _pairs(outcome: PairedOutcome) -> Table:
    rows = tuple(
        (pair.case, plain(pair.before), plain(pair.after), plain(pair.change), number(pair.months))
        for pair in outcome.pairs
    )
    return Table(
        f"pairs-{outcome.key}",
        f"{_titled(outcome.label, outcome.unit)}: every patient",
        ("case", outcome.before_name, outcome.after_name, "change", "months after surgery"),
        rows,
    )


def _sentences(outcomes: Sequence[PairedOutcome]) -> list[str]:
    found = []
    for outcome in outcomes:
        primary = next((test.words for test in outcome.tests if test.primary), "")
        left_out = f" Left out: {'; '.join(outcome.incomplete)}." if outcome.incomplete else ""
        improved = (
            f" Improved: {share(outcome.improved)}, 95 % {share_limits(outcome.improved)}." if outcome.improved else ""
        )
        change = f" Mean change {spread(outcome.change)} (± SD)." if outcome.change.n else ""
        found.append(f"{outcome.label}: {primary}{change}{improved}{left_out}".strip())
        if outcome.mcid is not None:
            reached = outcome.mcid.reached
            found.append(
                f"{outcome.label}: changed by at least {plain(outcome.mcid.threshold)} {outcome.unit} "
                f"({outcome.mcid.citation}) in {share(reached)}, 95 % {share_limits(reached)}."
            )
        found += [f"{outcome.label}: {note}" for note in outcome.notes]
        found += [str(missing) for missing in outcome.not_computed]
    return found


def ordinal_blocks(outcome: OrdinalOutcome, picture: Picture | None) -> list[Block]:
    """The matrix of grades before and after, and how many improved."""
    blocks: list[Block] = [picture] if picture else []
    blocks.append(_matrix(outcome))
    counts = (
        ("improved by at least one grade", outcome.improved),
        ("improved by at least two grades", outcome.improved_two),
        ("unchanged", outcome.unchanged),
        ("worse", outcome.worsened),
    )
    rows = tuple((words, share(part), share_limits(part)) for words, part in counts if part is not None)
    blocks.append(
        Table(f"{outcome.key}-change", f"{outcome.label}: change", ("change", "cases", "exact 95 % interval"), rows)
    )
    blocks.append(Bullets(tuple(_ordinal_sentences(outcome))))
    return blocks


def _matrix(outcome: OrdinalOutcome) -> Table:
    rows = []
    for before, grade in enumerate(outcome.grades):
        cells = [_matrix_cell(outcome, before, after) for after in range(len(outcome.grades))]
        rows.append((f"{grade} before", *cells, str(sum(outcome.matrix[before]))))
    columns = [sum(row[after] for row in outcome.matrix) for after in range(len(outcome.grades))]
    rows.append(("all", *map(str, columns), str(sum(columns))))
    heads = tuple(f"{grade} after" for grade in outcome.grades)
    return Table(
        f"{outcome.key}-matrix",
        f"{outcome.label}, {outcome.before_name.lower()} against {outcome.after_name.lower()}",
        ("", *heads, "all"),
        tuple(rows),
        outcome.grade_labels,
    )


def _matrix_cell(outcome: OrdinalOutcome, before: int, after: int) -> str:
    count = outcome.matrix[before][after]
    if not count:
        return "·"
    cases = outcome.matrix_cases[before][after] if outcome.matrix_cases else ()
    return f"{count} ({', '.join(cases)})" if cases else str(count)


def _ordinal_sentences(outcome: OrdinalOutcome) -> list[str]:
    found = [f"{test.words}" for test in outcome.tests]
    if outcome.at_ceiling:
        found.append(f"At the best grade before, so that they could not improve: {', '.join(outcome.at_ceiling)}.")
    if outcome.incomplete:
        found.append(f"Left out: {'; '.join(outcome.incomplete)}.")
    if outcome.p_holm is not None:
        smallest = f" (smallest possible {outcome.holm_smallest:.4g})" if outcome.holm_smallest is not None else ""
        found.append(f"By Holm, over all paired end points: p = {outcome.p_holm:.4g}{smallest}.")
    return found + list(outcome.notes) + [str(missing) for missing in outcome.not_computed]


def repeated_blocks(outcomes: Sequence[RepeatedOutcome]) -> list[Block]:
    """Every outcome at every visit; only the contrast chosen beforehand is tested pairwise."""
    blocks: list[Block] = []
    for outcome in outcomes:
        rows = tuple(
            (
                visit.name,
                str(visit.summary.n),
                str(visit.summary.missing),
                spread(visit.summary),
                quartiles(visit.summary),
            )
            for visit in outcome.visits
        )
        notes = [f"Primary contrast: {outcome.contrast}. No other pair of visits is tested."]
        notes += [test.words for test in outcome.tests]
        notes += [model.words for model in outcome.model]
        notes += [str(missing) for missing in outcome.not_computed]
        blocks.append(
            Table(
                f"visits-{outcome.key}",
                f"{_titled(outcome.label, outcome.unit)} at each visit",
                ("visit", "n", "missing", "mean ± SD", "median (quartiles)"),
                rows,
                tuple(notes),
            )
        )
    return blocks


def group_blocks(groups: Sequence[GroupComparison]) -> list[Block]:
    """One row per variable that was compared between two groups."""
    if not groups:
        return []
    first, second = groups[0].names
    rows = []
    for group in groups:
        test = next((test for test in group.tests if test.primary), None)
        cells = (_in_group(group.first), _in_group(group.second), estimate(_primary(group.estimates)), _p(test))
        rows.append((group.label, *cells))
    notes = [line for group in groups for line in (*(t.words for t in group.tests), *map(str, group.not_computed))]
    columns = ("variable", first, second, f"{first} minus {second}", "p; smallest possible")
    return [Table("groups", f"{first} against {second}", columns, tuple(rows), tuple(dict.fromkeys(notes)))]


def _in_group(variable: object) -> str:
    if isinstance(variable, NumericVariable):
        return f"{quartiles(variable)}, n = {variable.n}"
    categories = getattr(variable, "categories", ())
    return "; ".join(f"{category.label} {category.count}" for category in categories) or NOT_MEASURED


def _primary(estimates: Sequence[Estimate]) -> Estimate | None:
    return next((value for value in estimates if value.primary), None)


def _p(test: TestLine | None) -> str:
    return NOT_MEASURED if test is None else p_beside_smallest(test)


def _titled(label: str, unit: str) -> str:
    return f"{label} ({unit})" if unit and unit not in label else label
