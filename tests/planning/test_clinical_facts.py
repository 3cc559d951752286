from __future__ import annotations

from pathlib import Path

import pytest

from corduroy.anatomy import Level
from corduroy.errors import CorduroyError, FileFormatError, SettingsError
from corduroy.planning.clinical_facts import ClinicalFacts, read_clinical_facts
from corduroy.scales import EsccGrade, FrankelGrade, SinsCollapse, SinsPain

WHOLE = """
confirmed_by: A. Surgeon
level: T12
deficit: yes
frankel: C
symptoms: present
nurick: 3
pain_0_10: 7
escc: {value: 1c, basis: axial T2}
sins:
  pain: none
  collapse: more than half
  bone_lesion: {value: lytic, by: B. Radiologist}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_facts_are_read_in_the_words_that_people_write(tmp_path: Path) -> None:
    facts = read_clinical_facts(written(tmp_path, WHOLE))
    assert facts.level is Level.T12
    assert facts.frankel is not None
    assert facts.frankel.value is FrankelGrade.C
    assert facts.sins.pain is not None
    assert facts.sins.pain.value is SinsPain.NONE
    assert facts.sins.collapse is not None
    assert facts.sins.collapse.value is SinsCollapse.MORE_THAN_HALF
    escc = facts.item(facts.escc)
    assert escc is not None
    assert (escc.value, escc.by, escc.basis) == (EsccGrade.G1C, "A. Surgeon", "axial T2")
    lytic = facts.item(facts.sins.bone_lesion)
    assert lytic is not None
    assert lytic.by == "B. Radiologist"
    assert facts.item(facts.ais) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("level: T12", "confirmed_by"),
        ("confirmed_by: X\nfrankle: C", "frankle"),
        ("confirmed_by: X\nfrankel: F", "frankel"),
        ("confirmed_by: X\nais: {value: C, who: Y}", "ais"),
        ("confirmed_by: X\npain_0_10: 70", "pain_0_10"),
        ("confirmed_by: X\nlevel: T14", "level"),
        ("confirmed_by: X\nsins: {pain: awful}", "sins.pain"),
        ("confirmed_by: X\ndeficit: true\nfrankel: E", "Frankel E"),
        ("confirmed_by: X\ndeficit: false\nfrankel: B", "Frankel B"),
        ("confirmed_by: ''", "confirmed_by"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_clinical_facts(written(tmp_path, text))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"- a\n- b", b"a: [1", b"\xff\xfe\x00", b"a: &x 1\nb: *x", b"frankel: C\nfrankel: D", b"? [a]\n: 1"],
)
def test_what_is_no_file_of_facts_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(content)
    with pytest.raises(CorduroyError):
        read_clinical_facts(path)
    with pytest.raises(FileFormatError):
        read_clinical_facts(tmp_path / "none.yaml")


def test_every_field_says_what_it_is() -> None:
    import ast
    import inspect

    from corduroy.planning import clinical_facts

    tree = ast.parse(inspect.getsource(clinical_facts))
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name.endswith("Facts") and n.name != "_Facts"]
    assert len(classes) == 3
    for node in classes:
        for field, after in zip(node.body, [*node.body[1:], None], strict=True):
            if isinstance(field, ast.AnnAssign):
                assert isinstance(after, ast.Expr), ast.unparse(field)
    assert set(ClinicalFacts.model_fields) >= {"frankel", "deficit", "sins", "laredo", "contraindications"}


def test_the_example_of_the_page_is_read(tmp_path: Path) -> None:
    import re

    page = (Path(__file__).parents[2] / "docs" / "plan.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert read_clinical_facts(written(tmp_path, example)).confirmed_by == "A. Surgeon"
