"""The three ways a scale is filled in: one grade, one number, or points summed over items."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Never, TypeVar, overload

from corduroy.errors import ScaleError
from corduroy.scales.choice import LabelledInt, LabelledStr
from corduroy.scales.definition import Scale, ScaleItem
from corduroy.scales.items import Item
from corduroy.scales.result import ItemRecord, ScaleResult, doubts, make_result, record_item

C = TypeVar("C", bound=LabelledStr | LabelledInt)
T = TypeVar("T")


def grade_result(scale: Scale, item: Item[C] | None, *notices: str) -> ScaleResult[C]:
    """Result of a scale that is a single grade.

    Parameters
    ----------
    scale : Scale
    item : Proposed or Confirmed, or None
        None if the grade was not assessed.
    *notices : str
        Added to the scale's own.

    Raises
    ------
    ScaleError
        If the grade belongs to another scale, or the scale is made of items or allows several choices.
    """
    if scale.multiple or scale.items:
        raise ScaleError(f"{scale.name} as a single grade", "its items", "use the scale's own function")
    if item is not None:
        _check_choice(scale.name, scale.choices, item.value)
    extra = (*notices, *doubts(scale.name, item))
    records = (record_item(scale.name, item),)
    return make_result(scale, records, grade=None if item is None else item.value, notices=extra)


def choices_result(scale: Scale, item: Item[frozenset[C]] | None, *notices: str) -> ScaleResult[tuple[C, ...]]:
    """Result of a scale of which several choices can hold at once.

    Parameters
    ----------
    scale : Scale
    item : Proposed or Confirmed set of choices, or None
        The empty set says that none holds; None says that nobody looked.
    *notices : str
        Added to the scale's own.

    Returns
    -------
    ScaleResult
        Its `grade` is the tuple of choices in the scale's order, None if not assessed.

    Raises
    ------
    ScaleError
        If a choice belongs to another scale, or the scale allows only one.
    """
    if not scale.multiple:
        raise ScaleError(f"several choices of {scale.name}", "one", "use grade_result")
    chosen = frozenset[C]() if item is None else item.value
    for choice in chosen:
        _check_choice(scale.name, scale.choices, choice)
    order = [choice.value for choice in scale.choices or ()]
    grade = None if item is None else tuple(sorted(chosen, key=lambda choice: order.index(choice.value)))
    return make_result(scale, (record_item(scale.name, item),), grade=grade, notices=notices)


@overload
def number_result(scale: Scale, item: Item[float] | None) -> ScaleResult[Never]: ...
@overload
def number_result(scale: Scale, item: Item[float] | None, classify: Callable[[float], T]) -> ScaleResult[T]: ...
def number_result(
    scale: Scale, item: Item[float] | None, classify: Callable[[float], T] | None = None
) -> ScaleResult[T]:
    """Result of a scale that is a single number between bounds; unassessed, the bounds are all that is known.

    Parameters
    ----------
    scale : Scale
    item : Proposed or Confirmed, or None
    classify : callable, optional
        Class of a number, for scales that have classes.

    Raises
    ------
    ScaleError
        If the number lies outside the scale's bounds, or the scale is made of items or allows several choices.
    """
    if scale.multiple or scale.items:
        raise ScaleError(f"{scale.name} as a single number", "its items", "use the scale's own function")
    records = (record_item(scale.name, item),)
    if item is None:
        return make_result(scale, records, bounds=(scale.minimum, scale.maximum))
    check_bounds(scale, item.value)
    grade = classify(item.value) if classify else None
    return make_result(scale, records, grade=grade, value=item.value, bounds=(item.value, item.value))


def total_result(
    scale: Scale,
    items: Mapping[str, Item[Any] | None],
    classify: Callable[[float], T],
    *notices: str,
) -> ScaleResult[T]:
    """Result of a scale whose items' points are summed.

    A missing item contributes its least and its greatest points to the bounds, never a zero; so do the
    alternatives of an unconfirmed proposal. The class is given only where both bounds lie in the same one.

    Parameters
    ----------
    scale : Scale
    items : mapping
        By the keys of ``scale.items``; what is absent or None was not assessed.
    classify : callable
        Class of a total; monotone.
    *notices : str

    Raises
    ------
    ScaleError
        If an item's value belongs to another item.
    """
    possible = [_possible_points(item, items.get(item.key)) for item in scale.items]
    lowest, highest = float(sum(map(min, possible))), float(sum(map(max, possible)))
    records = tuple(_record(item, items.get(item.key)) for item in scale.items)
    points = [record.points for record in records]
    value = None if None in points else float(sum(point for point in points if point is not None))
    grade = classify(lowest) if classify(lowest) == classify(highest) else None
    extra = notices + tuple(text for item in scale.items for text in doubts(item.label, items.get(item.key)))
    return make_result(scale, records, grade=grade, value=value, bounds=(lowest, highest), notices=extra)


def check_bounds(scale: Scale, value: float) -> None:
    """Raise `ScaleError` unless the number is one that the scale can give."""
    if scale.minimum is None or scale.maximum is None:
        raise ScaleError(f"{scale.name} of {value}", "a grade", "this scale has no number")
    if not scale.minimum <= value <= scale.maximum:
        raise ScaleError(f"{scale.name} of {value}", f"{scale.minimum:g} to {scale.maximum:g} {scale.unit}".rstrip())


def _possible_points(item: ScaleItem, given: Item[Any] | None) -> tuple[int, ...]:
    if given is None:
        return item.points
    for value in given.possible:
        _check_choice(item.label, item.choices, value)
    return tuple(item.points_of(value) for value in given.possible)


def _record(item: ScaleItem, given: Item[Any] | None) -> ItemRecord:
    return record_item(item.label, given, None if given is None else item.points_of(given.value))


def _check_choice(name: str, choices: Any, value: object) -> None:
    if choices is None or not isinstance(value, choices):
        allowed = "" if choices is None else ", ".join(f"{choices.__name__}.{member.name}" for member in choices)
        raise ScaleError(f"{name} of {value!r}", f"one of {allowed}", "no value is mapped between scales")
