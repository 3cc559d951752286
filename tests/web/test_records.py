"""Records through the interface: what is impossible, what is doubtful, who was quicker, and what the trail says."""

from __future__ import annotations

import csv
import io
from typing import Any

from fastapi.testclient import TestClient

from corduroy.registry.record import BY_KIND
from corduroy.web.workbench import Workbench
from tests.web.conftest import Names

ASSESSMENT = {"visit": "preop", "on": "2020-01-01", "odi": 62}


def add(client: TestClient, names: Names, record: dict[str, Any] | None = None, **more: Any) -> Any:
    body = {"record": record or ASSESSMENT, "parent_id": names.case, **more}
    return client.post("records/assessment", json=body)


def test_a_record_goes_in_and_comes_out_as_it_was(client: TestClient, names: Names) -> None:
    added = add(client, names, {**ASSESSMENT, "frankel": "C", "pain_back": 7, "pain_unit": "0-10"})
    assert added.status_code == 201, added.text
    one = client.get(f"records/assessment/{added.json()['id']}").json()
    assert one == added.json()
    assert (one["parent_id"], one["version"], one["deleted"]) == (names.case, 1, False)
    assert (one["record"]["frankel"], one["record"]["odi"], one["record"]["nurick"]) == ("C", 62, None)
    assert client.get("records/assessment", params={"parent_id": names.case}).json() == [one]


def test_what_is_impossible_is_told_field_by_field_and_not_written(client: TestClient, names: Names) -> None:
    refused = add(client, names, {"visit": "tomorrow", "on": "2020-01-01", "odi": 162, "unknown": 1})
    assert refused.status_code == 422
    problems = refused.json()["problems"]
    assert len(problems) == 3
    assert any("odi" in problem and "100" in problem for problem in problems)
    assert client.get("records/assessment").json() == []


def test_what_contradicts_the_case_is_refused(client: TestClient, names: Names) -> None:
    operation = {"on": "2020-02-01"}
    assert client.post("records/operation", json={"record": operation, "parent_id": names.case}).status_code == 201
    late = add(client, names, {"visit": "m3", "on": "2019-01-01"})
    assert late.status_code == 422
    assert late.json()["problems"]
    assert late.json()["doubts"] == []


def test_a_doubt_is_told_apart_and_kept_once_it_is_confirmed(
    client: TestClient, names: Names, workbench: Workbench
) -> None:
    operation = {"record": {"on": "2020-02-01", "blood_loss_ml": 9000}, "parent_id": names.case}
    refused = client.post("records/operation", json=operation)
    assert refused.status_code == 422
    assert refused.json()["problems"] == []
    assert "9000 ml is unusual" in refused.json()["doubts"][0]
    assert client.get("records/operation").json() == []
    assert client.post("records/operation", json=operation | {"confirm": True}).status_code == 201
    lines = workbench.registry.history(names.case)
    assert [(line.who, line.action) for line in lines][-1] == (workbench.local_name, "confirm")


def test_who_is_slower_is_told_what_the_other_has_done(
    clients: dict[str, TestClient], names: Names, workbench: Workbench
) -> None:
    entry = add(clients["editor"], names).json()
    place = f"records/assessment/{entry['id']}"
    change = {"record": {**ASSESSMENT, "odi": 40}, "version": 1, "why": "misread"}
    assert clients["admin"].put(place, json=change).json()["version"] == 2
    refused = clients["editor"].put(place, json=change | {"record": {**ASSESSMENT, "odi": 30}})
    assert refused.status_code == 409
    assert "the-admin changed it" in refused.json()["message"]
    assert "62 to 40" in refused.json()["message"] or "40" in refused.json()["message"]
    assert clients["editor"].delete(place, params={"version": 1, "why": "mistake"}).status_code == 409
    assert clients["viewer"].get(place).json()["record"]["odi"] == 40
    assert [line.who for line in workbench.registry.history(entry["id"])] == ["the-editor", "the-admin"]


def test_a_deleted_entry_is_hidden_and_its_history_stays(clients: dict[str, TestClient], names: Names) -> None:
    editor = clients["editor"]
    entry = add(editor, names).json()
    place = f"records/assessment/{entry['id']}"
    gone = editor.delete(place, params={"version": 1, "why": "entered twice"})
    assert gone.json()["deleted"] is True
    assert editor.get("records/assessment").json() == []
    assert editor.delete(place, params={"version": 2, "why": "again"}).status_code == 422
    lines = editor.get(f"{place}/history").json()
    assert [(line["action"], line["who"], line["why"]) for line in lines] == [
        ("add", "the-editor", "entered"),
        ("delete", "the-editor", "entered twice"),
    ]


def test_a_parent_with_children_cannot_be_deleted(client: TestClient, names: Names) -> None:
    refused = client.delete(f"records/patient/{names.patient}", params={"version": 1, "why": "x"})
    assert refused.status_code == 422
    assert names.case in refused.json()["message"]


def test_an_id_of_another_kind_or_of_nothing_is_not_found(client: TestClient, names: Names) -> None:
    assert client.get(f"records/assessment/{names.case}").status_code == 404
    assert client.get("records/assessment/as-99").status_code == 404
    assert client.get("records/assessment/as-999999999999999999").status_code == 404
    assert client.get("cases/cs-99").status_code == 404
    orphan = client.post("records/assessment", json={"record": ASSESSMENT, "parent_id": "cs-99"})
    assert orphan.status_code == 422
    twin = {"record": {"pseudonym": "P-001"}}
    assert "there is already a patient" in client.post("records/patient", json=twin).json()["message"]


def test_the_list_of_cases_filters_and_pages(client: TestClient, names: Names, workbench: Workbench) -> None:
    from corduroy.registry.record import Patient, TreatedCase

    with workbench.registry.transaction(who="R1", why="more") as change:
        for number in range(2, 8):
            patient = change.add(Patient(pseudonym=f"P-00{number}"))
            change.add(TreatedCase(case_no=1, levels=("L1",), fracture=number % 2 == 0), patient.id)
    page = client.get("cases", params={"limit": 2, "offset": 1}).json()
    assert page["total"] == 7
    assert [case["pseudonym"] for case in page["cases"]] == ["P-002", "P-003"]
    assert client.get("cases", params={"level": "T7"}).json()["cases"][0]["case_id"] == names.case
    assert client.get("cases", params={"fracture": True}).json()["total"] == 3
    assert client.get("cases", params={"pseudonym": "P-00", "aggressive": True}).json()["total"] == 1


def test_a_whole_case_has_every_record_with_its_version(client: TestClient, names: Names) -> None:
    add(client, names)
    whole = client.get(f"cases/{names.case}").json()
    assert {kind: len(entries) for kind, entries in whole["records"].items()} == {
        "patient": 1,
        "case": 1,
        "assessment": 1,
    }
    assert whole["records"]["assessment"][0]["version"] == 1
    assert whole["doubts"] == []


def test_a_table_is_one_line_for_each_entry_and_nothing_in_it_runs_in_a_spreadsheet(
    client: TestClient, names: Names
) -> None:
    add(client, names)
    client.post("records/patient", json={"record": {"pseudonym": "P-2", "also_published": "=1+1"}})
    rows = list(csv.DictReader(io.StringIO(client.get("frames/patient").text)))
    assert [(row["pseudonym"], row["sex"], row["also_published"]) for row in rows] == [
        ("P-001", "female", ""),
        ("P-2", "", "'=1+1"),
    ]
    (only,) = csv.DictReader(io.StringIO(client.get("frames/assessment").text))
    assert only["on"] == "2020-01-01"
    assert client.get("frames/nonsense").status_code == 422


def test_the_codebook_describes_every_field_of_the_record(client: TestClient) -> None:
    told = {kind["kind"]: kind for kind in client.get("codebook").json()}
    assert set(told) == set(BY_KIND)
    for kind, record in BY_KIND.items():
        assert [item["name"] for item in told[kind]["items"]] == list(record.items())
    blood = next(item for item in told["operation"]["items"] if item["name"] == "blood_loss_ml")
    assert blood["unit"] == "ml"


def test_the_registry_verifies_after_all_this(clients: dict[str, TestClient], names: Names) -> None:
    add(clients["editor"], names)
    told = clients["admin"].get("verification").json()
    assert told["is_whole"] is True
    assert told["entries"] == 3
    assert clients["admin"].get("verification", params={"head": told["head"]}).json()["is_whole"] is True
    assert clients["admin"].get("verification", params={"head": "0" * 63 + "1"}).json()["is_whole"] is False


def test_a_pseudonym_with_an_umlaut_is_told_which_characters_are_allowed(client: TestClient) -> None:
    answer = client.post("records/patient", json={"record": {"pseudonym": "Müller-1", "sex": "female"}})
    asked = client.get("cases", params={"pseudonym": "Müller"})
    for refused in (answer, asked):
        assert refused.status_code == 422, refused.text
        assert "without accents, digits, and any of _ -" in refused.text
        assert "A-Za-z" not in refused.text
    assert "at most 24 characters" in answer.text
