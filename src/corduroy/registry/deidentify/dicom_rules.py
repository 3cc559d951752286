"""What happens to each DICOM attribute: PS3.15 annex E, the basic profile with two options.

The table of attributes is that of the package dicom-anonymizer (edition 2026c). Options chosen, and why:

- *Retain Longitudinal Temporal Information with Modified Dates* (113107): a case series lives on intervals. All dates
  of a patient move by the same number of days; the time of day of study, series, acquisition and content stays.
- *Retain Patient Characteristics* (113108): sex, age, size and weight; mechanics needs the weight. An age above 89
  becomes 90.

Not chosen: safe private attributes (none is needed), UIDs, device identity, institution identity, full dates, cleaned
descriptors and structured content (they need a person's eye). All private attributes are removed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from dicomanonymizer.dicomfields_selector import dicom_anonymization_database_selector
from dicomanonymizer.simpledicomanonymizer import initialize_actions
from pydicom import DataElement, Dataset
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.multival import MultiValue

from corduroy.registry.deidentify.key import DeidentificationKey

EDITION = "dicomfields_2026c"

Tag = tuple[int, int]
Action = Callable[[Dataset, Tag], None]

_OLDEST_AGE_YEARS = 89
_KEPT = ("PatientSex", "PatientSize", "PatientWeight")
_KEPT_TIMES = ("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime")
_EMPTIED = ("PatientBirthDate", "PatientBirthTime")
_DAY = re.compile(r"^(\d{8})(.*)$")


def rules(key: DeidentificationKey, pseudonym: str) -> dict[tuple[int, ...], Action]:
    """The action for every attribute that the basic profile names.

    Parameters
    ----------
    key : DeidentificationKey
    pseudonym : str
        What name and number of the patient become.

    Returns
    -------
    dict
        By tag, or by tag and mask for repeating groups.
    """
    chosen = {tag: _if_filled(action) for tag, action in initialize_actions(EDITION).items()}
    shift = key.date_shift(pseudonym)
    for tag in chosen:
        representation = _representation(tag)
        if representation == "UI":
            chosen[tag] = lambda dataset, tag: _replace_uids(dataset, tag, key)
        elif representation in ("DA", "DT"):
            chosen[tag] = lambda dataset, tag: shift_dates(dataset.get(tag), shift)
        elif representation == "SQ" and tag in _removable():
            chosen[tag] = _remove
    chosen |= {_tag(name): _keep for name in (*_KEPT, *_KEPT_TIMES)}
    chosen |= {_tag(name): _empty for name in _EMPTIED}
    chosen |= {_tag(name): lambda dataset, tag: _set(dataset, tag, pseudonym) for name in ("PatientName", "PatientID")}
    chosen[_tag("PatientAge")] = _cap_age
    return chosen


def shift_dates(element: DataElement | None, shift: timedelta) -> None:
    """Move the day of a date or date-time; what is no full date is emptied, as it cannot be moved.

    Parameters
    ----------
    element : DataElement or None
        Of representation DA or DT; changed in place.
    shift : timedelta
        Whole days.
    """
    if element is None or not element.value:
        return
    values = element.value if isinstance(element.value, MultiValue) else [element.value]
    moved = [_shifted(str(value), shift) for value in values]
    element.value = moved if all(moved) and len(moved) > 1 else (moved[0] if all(moved) else "")


def removed_tags() -> frozenset[Tag]:
    """The attributes of which nothing may be left: X in the basic profile, less what the options keep."""
    kept = {_tag(name) for name in (*_KEPT, *_KEPT_TIMES, "PatientAge")}
    dated = {tag for tag in _table()["X_TAGS"] if _representation(tag) in ("DA", "DT", "UI")}
    return frozenset((tag[0], tag[1]) for tag in _table()["X_TAGS"] if len(tag) == 2 and tag not in dated) - kept


def _shifted(value: str, shift: timedelta) -> str:
    found = _DAY.match(value.strip())
    if not found:
        return ""
    try:
        day = datetime.strptime(found[1], "%Y%m%d") + shift
    except (ValueError, OverflowError):
        return ""
    return f"{day:%Y%m%d}{found[2]}"


@cache
def _table() -> dict[str, list[tuple[int, ...]]]:
    return dict(dicom_anonymization_database_selector(EDITION))


@cache
def _removable() -> frozenset[tuple[int, ...]]:
    """Attributes that the profile lets be removed unless the image needs them; a CT or MR image needs none of them."""
    categories = ("X_TAGS", "X_Z_TAGS", "X_D_TAGS", "X_Z_D_TAGS", "X_Z_U_STAR_TAGS")
    return frozenset(tag for category in categories for tag in _table()[category])


def _representation(tag: tuple[int, ...]) -> str:
    try:
        return dictionary_VR((tag[0], tag[1]))
    except KeyError:
        return ""


def _tag(keyword: str) -> Tag:
    number = tag_for_keyword(keyword)
    assert number is not None, keyword
    return number >> 16, number & 0xFFFF


def _if_filled(action: Action) -> Action:
    """Leave what is empty: a dummy in its place would say that there was something, a contrast agent for one."""

    def act(dataset: Dataset, tag: Tag) -> None:
        element = dataset.get(tag)
        if element is not None and not element.is_empty:
            action(dataset, tag)

    return act


def _replace_uids(dataset: Dataset, tag: Tag, key: DeidentificationKey) -> None:
    element = dataset.get(tag)
    if element is None or not element.value:
        return
    several = isinstance(element.value, MultiValue)
    element.value = [key.uid(str(uid)) for uid in element.value] if several else key.uid(str(element.value))


def _remove(dataset: Dataset, tag: Tag) -> None:
    if tag in dataset:
        del dataset[tag]


def _keep(dataset: Dataset, tag: Tag) -> None:
    """Leave it as it is."""


def _empty(dataset: Dataset, tag: Tag) -> None:
    _set(dataset, tag, "")


def _set(dataset: Dataset, tag: Tag, value: Any) -> None:
    element = dataset.get(tag)
    if element is not None:
        element.value = value


def _cap_age(dataset: Dataset, tag: Tag) -> None:
    """An age of more than 89 years would single a person out."""
    element = dataset.get(tag)
    age = str(element.value) if element is not None and element.value else ""
    if age.endswith("Y") and age[:-1].isdigit() and int(age[:-1]) > _OLDEST_AGE_YEARS:
        _set(dataset, tag, f"{_OLDEST_AGE_YEARS + 1:03d}Y")
