"""Patients, lesions and treatment: one row per variable, and every value where there are few."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corduroy.reports.series.blocks import Table
from corduroy.reports.series.numbers import extremes, limits, number, plain, quartiles, spread
from corduroy.study.results import CategoricalVariable, NumericVariable, Variable

_COLUMNS = ("variable", "n", "missing", "mean ± SD or count", "median (quartiles)", "range or 95 % interval")

_NAMED_AT_MOST = 8


def described(key: str, title: str, variables: Sequence[Variable]) -> list[Table]:
    """A table of all variables, and below it one of every numeric value where there are 10 cases or fewer."""
    notes = gathered((v.label, v.note) for v in variables if v.note)
    rows = [row for variable in variables for row in _rows(variable)]
    tables = [Table(key, title, _COLUMNS, tuple(rows), (*notes, _KEY))] if rows else []
    return tables + every_value(f"{key}-values", f"{title}: every value", variables)


_KEY = "Of counts: percent of the cases with a value, and the exact (Clopper-Pearson) 95 % interval."


def gathered(notes: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What is said of several things alike is said once, of a few by name."""
    subjects: dict[str, list[str]] = {}
    for subject, note in notes:
        subjects.setdefault(note, []).append(subject)
    return tuple(_once(note, names) for note, names in subjects.items())


def _once(note: str, names: list[str]) -> str:
    if len(names) > _NAMED_AT_MOST:
        return f"{len(names)} variables: {note}"
    return f"{', '.join(names)}: {note}"


def every_value(key: str, title: str, variables: Sequence[Variable]) -> list[Table]:
    """One column per case; nothing where a variable has more cases than can be listed."""
    listed = [v for v in variables if isinstance(v, NumericVariable) and v.every]
    if not listed:
        return []
    cases = list(dict.fromkeys(value.case for variable in listed for value in variable.every))
    rows = []
    for variable in listed:
        values = {value.case: plain(value.value) for value in variable.every}
        rows.append((_named(variable), *(values.get(case, "–") for case in cases)))
    return [Table(key, title, ("variable", *cases), tuple(rows))]


def _rows(variable: Variable) -> list[tuple[str, ...]]:
    if isinstance(variable, CategoricalVariable):
        return _counted(variable)
    total = "" if variable.total is None else f"; total {plain(variable.total)}"
    return [
        (
            _named(variable),
            str(variable.n),
            str(variable.missing),
            spread(variable) + total,
            quartiles(variable),
            extremes(variable),
        )
    ]


def _counted(variable: CategoricalVariable) -> list[tuple[str, ...]]:
    several = " (several possible)" if variable.several else ""
    rows: list[tuple[str, ...]]
    rows = [(variable.label + several, str(variable.n), str(variable.missing), "", "", "")]
    for category in variable.categories:
        percent = "" if category.share is None else f" ({100 * category.share:.1f} %)"
        interval = "" if category.interval is None else f"{limits(category.interval, 100.0)} %"
        rows.append((f"  {category.label}", "", "", f"{category.count}{percent}", "", interval))
    return rows


def _named(variable: NumericVariable) -> str:
    if not variable.unit or variable.unit in variable.label:
        return variable.label
    return f"{variable.label} ({variable.unit})"


def mean_line(variable: NumericVariable) -> str:
    """``mean 52.3 years (range 41 to 66)``."""
    unit = f" {variable.unit}" if variable.unit else ""
    return f"mean {number(variable.mean)}{unit} (range {extremes(variable)})"
