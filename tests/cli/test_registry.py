"""`corduroy registry`: what a person sees, what a script gets, and that bad input writes nothing."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from corduroy.cli import app
from corduroy.registry.record import BY_KIND
from corduroy.registry.store import Registry


@dataclass(frozen=True)
class Cli:
    """The commands of the registry at a place."""

    place: Path

    def __call__(self, *words: object) -> Result:
        place = {"CORDUROY_REGISTRY": str(self.place)}
        return CliRunner().invoke(app, ["registry", *map(str, words)], env=place)

    def head(self) -> str:
        """The hash of the trail's last line, of a registry that is whole."""
        with Registry.open(self.place) as registry:
            found = registry.verify()
        assert found.is_whole
        return found.head


PATIENT = ("add", "patient", "pseudonym=P-1", "sex=female", "birth_year=1960")
CASE = ("add", "case", "--parent", "pt-1", "case_no=1", "levels=T7,L1", "fracture=yes")
ASSESSED = ("add", "assessment", "--parent", "cs-2", "visit=preop", "on=2020-01-01", "pain_back=7", "pain_unit=0-10")
OPERATED = ("add", "operation", "--parent", "cs-2", "on=2020-01-02", "blood_loss_ml=9000", "blood_loss_how=suction")


@pytest.fixture
def call(tmp_path: Path) -> Cli:
    """The commands in the folder of this test."""
    return Cli(tmp_path / "registry.sqlite")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A registry with a patient, a case and an assessment, for all tests to copy."""
    made = Cli(tmp_path_factory.mktemp("filled") / "registry.sqlite")
    for words in (("init",), PATIENT, CASE, ASSESSED):
        assert made(*words).exit_code == 0
    return made


@pytest.fixture
def full(call: Cli, filled: Cli) -> Cli:
    """The same, of one's own."""
    shutil.copy(filled.place, call.place)
    return call


def refused(call: Cli, *words: object, told: str) -> None:
    """The command says this, in plain lines, and leaves the registry as it was."""
    before = call.head()
    result = call(*words)
    assert result.exit_code == 2, result.output
    assert told in result.output
    assert "Traceback" not in result.output
    assert "unexpected" not in result.output
    assert call.head() == before


def test_ids_are_printed_for_scripts(call: Cli) -> None:
    assert "empty registry" in call("init").stdout
    assert [call(*words).stdout for words in (PATIENT, CASE, ASSESSED)] == ["pt-1\n", "cs-2\n", "as-3\n"]


def test_what_was_typed_is_what_is_kept(full: Cli) -> None:
    shown = json.loads(full("show", "as-3", "--json", "-").stdout)
    assert {k: v for k, v in shown["record"].items() if v is not None} == {
        "visit": "preop", "on": "2020-01-01", "pain_back": 7.0, "pain_unit": "0-10",
    }  # fmt: skip
    assert (shown["parent_id"], shown["version"]) == ("cs-2", 1)
    assert json.loads(full("show", "cs-2", "--json", "-").stdout)["record"]["levels"] == ["T7", "L1"]


@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_fields_may_come_from_a_file(full: Cli, tmp_path: Path, suffix: str) -> None:
    fields = {"visit": "m3", "on": "2020-04-01", "nurick": 3, "analgesia": "no", "odi": None}
    text = json.dumps(fields) if suffix == ".json" else "\n".join(f"{k}: {v or ''}" for k, v in fields.items())
    path = tmp_path / f"record{suffix}"
    path.write_text(text)
    assert full("add", "assessment", "--parent", "cs-2", "--file", path).stdout == "as-4\n"
    record = json.loads(full("show", "as-4", "--json", "-").stdout)["record"]
    assert (record["nurick"], record["analgesia"], record["odi"]) == (3, "no", None)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.yaml", b"visit: [[m3]]", "nested"),
        ("a.yaml", b"visit: {a: b}", "nested"),
        ("a.yaml", b"- visit", "holds no fields"),
        ("a.yaml", b"shoe_size: 43", "'shoe_size' is no field"),
        ("a.yaml", b"visit: m3\n\ton: x", "neither YAML nor JSON"),
        ("a.yaml", b"\xff\xfe", "neither YAML nor JSON"),
        ("a.yaml", b"[" * 1500, "neither YAML nor JSON"),
        ("a.json", b"{'visit': 1}", "neither YAML nor JSON"),
        ("a.json", b'{"visit": NaN}', "error: Visit"),
        ("a.json", b"[" * 100_000, "neither YAML nor JSON"),
        ("a.yaml", b"", "holds no fields"),
        ("a.yaml", b"#" * 1_000_001, "more than 1000000 bytes"),
    ],
)
def test_a_bad_file_writes_nothing(full: Cli, tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    refused(full, "add", "assessment", "--parent", "cs-2", "--file", tmp_path / name, told=told)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "surgeon", "name=x"), "'surgeon' is no kind of record"),
        (("add", "patient"), "error: Pseudonym: Field required"),
        (("add", "patient", "pseudonym=Max Mustermann"), "error: Pseudonym"),
        (("add", "patient", "pseudonym"), "expected field=value"),
        (("add", "patient", "pseudonym=A", "pseudonym=B"), "given twice"),
        (("add", "patient", "name=A"), "'name' is no field of patient"),
        (("add", "patient", "pseudonym=P-1"), "already a patient, pseudonym P-1: pt-1"),
        (("add", "patient", "pseudonym=P-2", "birth_year=1.5"), "error: Year of birth"),
        (("add", "patient", "pseudonym=P-2", "--file", "/nowhere"), "one of both"),
        (("add", "patient", "--file", "/nowhere"), "cannot be read"),
        (("add", "patient", "pseudonym=P-2", "--why", " "), "'why'"),
        (("add", "assessment", "visit=m3", "on=2020-04-01"), "without its case"),
        (("add", "assessment", "--parent", "cs-9", "visit=m3", "on=2020-04-01"), "no entry cs-9"),
        (("add", "assessment", "--parent", "cs-2", "visit=m3", "on=1.4.2020", "odi=7,5"), "ODI total"),
        (("edit", "as-3", "--version", "2", "--why", "x", "odi=5"), "version 1, not 2"),
        (("edit", "as-3", "--version", "1", "--why", "x"), "nothing to change"),
        (("edit", "as-3", "--version", "1", "--why", "x", "odi=5", "--delete"), "both fields and --delete"),
        (("edit", "as-3", "--version", "1", "--why", "x", "visit="), "error: Visit"),
        (("edit", "cs-2", "--version", "1", "--why", "x", "--delete"), "as-3; delete these first"),
        (("edit", "as-9", "--version", "1", "--why", "x", "odi=5"), "no entry as-9"),
        (("edit", "as-3", "--version", "1", "odi=5"), "--why"),
        (("show", "as-9"), "no entry as-9"),
        (("show", "as-0x"), "is no id"),
        (("list", "surgeon"), "no kind"),
        (("list", "--level", "T77"), "no vertebral level"),
        (("list", "--parent", "cs-2"), "without KIND"),
        (("list", "case", "--level", "T7"), "they choose cases"),
        (("list", "--limit", "0"), "limit"),
        (("list", "--json", "{registry}/x.json"), "cannot write into"),
        (("init",), "already"),
        (("backup", "{registry}/x"), "cannot write into"),
        (("restore", "/nowhere"), "already"),
        (("verify", "--head", "f" * 64), "cut off"),
    ],
)
def test_bad_input_is_told_plainly_and_writes_nothing(
    full: Cli, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    refused(full, *(word.format(registry=tmp_path / "registry.sqlite") for word in words), told=told)


def test_every_error_of_a_record_is_told_at_once(full: Cli) -> None:
    result = full("add", "assessment", "--parent", "cs-2", "visit=x", "on=y", "odi=z")
    assert [line.split(":")[1].strip() for line in result.stderr.splitlines() if line.startswith("error")] == [
        "Visit", "Date of assessment", "ODI total",
    ]  # fmt: skip


def test_errors_and_doubts_are_kept_apart(full: Cli) -> None:
    refused(full, *OPERATED, told="doubt: Blood loss: 9000 ml is unusual")
    assert full(*OPERATED, "--confirm").exit_code == 0
    refused(
        full, "add", "assessment", "--parent", "cs-2", "visit=preop", "on=2020-02-01", "--confirm",
        told="error: cs-2: 'Before surgery' on 2020-02-01, after the operation",
    )  # fmt: skip
    assert full("add", "assessment", "--parent", "cs-2", "visit=m3", "on=2020-04-01").exit_code == 0
    assert "confirm" in full("show", "cs-2").stdout


def test_an_edit_changes_what_was_named_and_clears_what_is_empty(full: Cli) -> None:
    done = full("edit", "as-3", "--version", "1", "--why", "misread", "--who", "Dr Li", "pain_back=6", "frankel=D")
    assert done.stdout == "as-3 version 2\n"
    assert full("edit", "as-3", "--version", "2", "--why", "x", "pain_back=", "pain_unit=").exit_code == 0
    shown = json.loads(full("show", "as-3", "--json", "-").stdout)
    assert (shown["record"]["pain_back"], shown["record"]["frankel"], shown["version"]) == (None, "D", 3)
    assert shown["history"][1]["who"] == "Dr Li"
    assert "Pain, back: 7.0 → 6.0" in shown["history"][1]["changes"]
    people = full("show", "as-3").stdout
    assert "Frankel grade" in people
    assert "Dr Li" in people


def test_a_deleted_entry_is_shown_as_such_and_listed_no_more(full: Cli) -> None:
    assert full("edit", "as-3", "--version", "1", "--why", "of another patient", "--delete").exit_code == 0
    assert "DELETED" in full("show", "as-3").stdout
    assert "as-3" not in full("list", "assessment").stdout


def test_lists_for_people_and_for_scripts(full: Cli) -> None:
    assert "T7, L1" in full("list").stdout
    assert "cases: 1 to 1 of 1" in full("list").stdout
    assert "cases: none of 0" in full("list", "--pseudonym", "X").stdout
    assert json.loads(full("list", "--level", "l1", "--json", "-").stdout)[0]["case_id"] == "cs-2"
    assert json.loads(full("list", "assessment", "--parent", "cs-2", "--json", "-").stdout)[0]["id"] == "as-3"
    assert "pain_back=7.0" in full("list", "assessment").stdout
    assert json.loads(full("list", "assessment", "--offset", "1", "--json", "-").stdout) == []


def test_json_goes_into_a_file(full: Cli, tmp_path: Path) -> None:
    assert full("list", "--json", tmp_path / "list.json").stdout == ""
    assert len(json.loads((tmp_path / "list.json").read_text())) == 1


def test_backup_and_restore_by_one_command_each(full: Cli, tmp_path: Path) -> None:
    head = full.head()
    assert head in full("backup", tmp_path / "b").stdout
    assert full("edit", "as-3", "--version", "1", "--why", "x", "odi=5").exit_code == 0
    assert head in full("restore", tmp_path / "b", "--replace").stdout
    assert full.head() == head
    assert full("restore", tmp_path / "b", "--registry", tmp_path / "other.sqlite").exit_code == 0
    with Registry.open(tmp_path / "other.sqlite") as other:
        assert other.head() == head


def test_a_tampered_registry_ends_verify_with_2(full: Cli, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "registry.sqlite") as connection:
        connection.execute("UPDATE assessment_record SET pain_back = 0")
    connection.close()
    result = full("verify")
    assert result.exit_code == 2
    assert "NOT WHOLE: entry as-3 was changed" in result.stderr


def test_without_a_registry_every_command_says_so(call: Cli, tmp_path: Path) -> None:
    for words in (PATIENT, ("list",), ("show", "as-1"), ("verify",), ("backup", tmp_path / "b")):
        result = call(*words)
        assert result.exit_code == 2
        assert "registry init" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_measuring_loads_nothing_of_the_registry() -> None:
    heavy = ["sqlalchemy", "pandas", "alembic", "psycopg", "yaml", "lifelines", "statsmodels"]
    code = (
        "import sys; import corduroy.cli; import corduroy.cli.measure; import corduroy.pipeline.run;"
        f" print([m for m in {heavy} if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


WILD = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20),
    st.sampled_from(["", "1e999", "-1", "nan", "9" * 40, "2020-02-30", "T7", "T7,T7", "yes", "preop", "0-10", "=1+1"]),
)
FIELDS = sorted({name for kind in BY_KIND.values() for name in kind.items()})


@pytest.fixture(scope="module")
def fuzzed(filled: Cli) -> Cli:
    """One registry for all examples."""
    own = Cli(filled.place.with_name("fuzzed.sqlite"))
    shutil.copy(filled.place, own.place)
    return own


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from([*BY_KIND, "surgeon"]),
    fields=st.lists(st.tuples(st.sampled_from(FIELDS) | WILD, WILD), max_size=5),
    parent=st.sampled_from(["pt-1", "cs-2", "as-3", "cs-0", "x", ""]),
    edits=st.booleans(),
)
def test_random_fields_end_in_an_entry_or_a_plain_line(
    fuzzed: Cli, kind: str, fields: list[tuple[str, str]], parent: str, edits: bool
) -> None:
    before = fuzzed.head()
    words = [f"{name}={value}" for name, value in fields]
    command = ("edit", "as-3", "--version", 1, "--why", "fuzz") if edits else ("add", kind, "--parent", parent)
    result = fuzzed(*command, "--", *words)
    assert result.exit_code in (0, 2), result.output
    assert "Traceback" not in result.output
    after = fuzzed.head()
    assert (after != before) <= (result.exit_code == 0)
