"""Fields of a record as FHIR data types: codings, quantities with UCUM units, components of an observation.

Codes of SNOMED CT, LOINC or ICD are not among them: no mapping of these fields to such codes was verified against its
source. Each concept has its text, and a coding of a system of our own whose name says which field it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from enum import Enum
from typing import Any

from corduroy.registry.record import Item, MeasurementEntry, Record

Json = dict[str, Any]

OWN_SYSTEM = "urn:x-corduroy"
UCUM = "http://unitsofmeasure.org"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, OWN_SYSTEM)

_UCUM: dict[str, str] = {
    "ml": "mL", "min": "min", "h": "h", "d": "d", "mg": "mg", "%": "%", "units": "{unit}", "G": "{gauge}",
    "mm": "mm", "mm²": "mm2", "degrees": "deg", "HU": "[hnsf'U]",
}  # fmt: skip
"""UCUM's code for each unit of the record; curly brackets are UCUM's annotations for units that it does not have."""


def resource_id(*path: str | int) -> str:
    """The same id for the same record in every export."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(str(part) for part in path)))


def reference(resource: Json) -> Json:
    """A reference within the bundle."""
    return {"reference": f"urn:uuid:{resource['id']}"}


def own_concept(name: str, text: str) -> Json:
    """A concept of our own system: ``name`` is a kind, or kind and field."""
    return {"coding": [{"system": f"{OWN_SYSTEM}:record", "code": name, "display": text}], "text": text}


def choice_concept(kind: str, item: Item, code: object) -> Json:
    """One choice of a field."""
    plain = str(code.value if isinstance(code, Enum) else code)
    label = (item.choices or {}).get(plain, plain)
    return {"coding": [{"system": f"{OWN_SYSTEM}:{kind}.{item.name}", "code": plain, "display": label}], "text": label}


def quantity(value: float, unit: str) -> Json:
    """A number with its unit; without one it is a score."""
    if not unit:
        return {"value": value}
    return {"value": value, "unit": unit, "system": UCUM, "code": _UCUM[unit]}


def unit_of(measurement: MeasurementEntry) -> str:
    """The unit that the quantity's label names in brackets."""
    return measurement.quantity.label.rpartition("(")[2].rstrip(")")


def components(record: Record, without: tuple[str, ...] = ()) -> list[Json]:
    """Every field that is recorded, several choices one by one."""
    found = []
    for name, item in record.items().items():
        value = getattr(record, name)
        if value is None or name in without:
            continue
        code = own_concept(f"{record.kind}.{name}", item.label)
        found += [{"code": code, **typed} for typed in _values(record.kind, item, value)]
    return found


def _values(kind: str, item: Item, value: Any) -> Iterator[Json]:
    """``value[x]`` in the type that fits the field."""
    if isinstance(value, tuple):
        yield from ({"valueCodeableConcept": choice_concept(kind, item, one)} for one in value)
    elif isinstance(value, bool):
        yield {"valueBoolean": value}
    elif isinstance(value, Enum):
        yield {"valueCodeableConcept": choice_concept(kind, item, value)}
    elif isinstance(value, date):
        yield {"valueDateTime": value.isoformat()}
    elif isinstance(value, int | float):
        yield {"valueQuantity": quantity(value, item.unit)}
    else:
        yield {"valueString": str(value)}
