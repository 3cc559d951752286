"""FHIR: bundles that the published models accept, with every recorded value in them, the same in every export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import pytest

from corduroy.registry.exchange import export_fhir
from corduroy.registry.exchange.fhir_values import _UCUM
from corduroy.registry.record import RECORDS, CaseFile
from corduroy.registry.record.choices import Quantity
from corduroy.registry.store import Registry

from .conftest import fill
from .test_tables import two_cases

RELEASES: tuple[Literal["R4", "R5"], ...] = ("R4", "R5")


def bundle(registry: Registry, folder: Path, release: Literal["R4", "R5"]) -> dict[str, Any]:
    export_fhir(registry, folder, release)
    read: dict[str, Any] = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    return read


def resources(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in found["entry"] if entry["resource"]["resourceType"] == kind]


@pytest.mark.parametrize("release", RELEASES)
def test_the_published_models_accept_it(filled: Registry, tmp_path: Path, release: Literal["R4", "R5"]) -> None:
    # The package has R4B, which differs from R4 in none of the resources that are written here.
    models = pytest.importorskip("fhir.resources.R4B.bundle" if release == "R4" else "fhir.resources.bundle")
    found = bundle(filled, tmp_path / "out", release)
    models.Bundle.model_validate(found)
    kinds = {entry["resource"]["resourceType"] for entry in found["entry"]}
    assert kinds == {
        "Patient", "Consent", "Condition", "Procedure", "ImagingStudy", "DiagnosticReport", "AdverseEvent",
        "Observation",
    }  # fmt: skip


@pytest.mark.parametrize("release", RELEASES)
def test_every_reference_leads_to_one_resource(filled: Registry, tmp_path: Path, release: Literal["R4", "R5"]) -> None:
    found = bundle(filled, tmp_path / "out", release)
    urls = [entry["fullUrl"] for entry in found["entry"]]
    assert len(set(urls)) == len(urls)
    text = json.dumps(found)
    assert {part.split('"')[0] for part in text.split('"reference": "')[1:]} <= set(urls)


def test_every_recorded_value_is_in_it(filled: Registry, six: list[CaseFile], tmp_path: Path) -> None:
    found = bundle(filled, tmp_path / "out", "R5")
    components: dict[str, int] = {}
    for observation in resources(found, "Observation"):
        for component in observation["component"]:
            code = component["code"]["coding"][0]["code"]
            components[code] = components.get(code, 0) + 1
    frames = filled.frames()
    for record in RECORDS:
        for name, item in record.items().items():
            if (record.kind, name) in (("measurement", "quantity"), ("measurement", "value")):
                continue  # the observation's own code and value
            values = frames[record.kind][name].dropna()
            several = item.kind in ("several choices", "levels")
            wanted = sum(len(str(value).split("|")) for value in values) if several else len(values)
            assert components.get(f"{record.kind}.{name}", 0) == wanted, (record.kind, name)
    values = [o["valueQuantity"]["value"] for o in resources(found, "Observation") if "valueQuantity" in o]
    assert sorted(values) == sorted(m.value for file in six for m in file.measurements)


def test_ids_are_the_same_in_every_export(filled: Registry, tmp_path: Path) -> None:
    one, other = (bundle(filled, tmp_path / name, "R4") for name in ("one", "other"))
    assert one == other


def test_units_are_ucum() -> None:
    units = {item.unit for record in RECORDS for item in record.items().values() if item.unit}
    units |= {quantity.label.rpartition("(")[2].rstrip(")") for quantity in Quantity}
    assert units <= set(_UCUM)


def test_a_patient_of_two_cases_is_there_once(registry: Registry, tmp_path: Path) -> None:
    fill(registry, two_cases())
    found = bundle(registry, tmp_path / "out", "R4")
    (patient,) = resources(found, "Patient")
    assert patient["identifier"][0]["value"] == "P1"
    assert "name" not in patient
    assert len(resources(found, "Condition")) == 2
    assert "meta" not in patient


def test_invented_patients_are_marked(filled: Registry, tmp_path: Path) -> None:
    found = bundle(filled, tmp_path / "out", "R4")
    assert all(patient["meta"]["tag"][0]["code"] == "HTEST" for patient in resources(found, "Patient"))


def test_an_empty_registry_is_an_empty_bundle(registry: Registry, tmp_path: Path) -> None:
    assert bundle(registry, tmp_path / "out", "R5") == {"resourceType": "Bundle", "type": "collection"}
