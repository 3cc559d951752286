"""The page of scales says of each scale what the code says, and its example prints what it claims."""

import re
from pathlib import Path

import pytest

from corduroy.scales import Scale, all_scales

PAGE = (Path(__file__).parents[2] / "docs" / "scales.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (.+)\n\n((?:- .*\n?)+)", PAGE, re.MULTILINE))


@pytest.mark.parametrize("scale", all_scales().values(), ids=lambda scale: scale.key)
def test_every_scale_has_its_section(scale: Scale) -> None:
    lines = SECTIONS[f"{scale.name}: {scale.version}"].splitlines()
    proposed = scale.from_imaging.rstrip(".") or "nothing"
    assert f"In code: `{scale.key}`" in lines[0]
    assert lines[1:4] == [
        f"- Made for: {scale.made_for}.",
        f"- Source: {scale.source.rstrip('.')}.",
        f"- Proposed from imaging: {proposed}.",
    ]
    assert tuple(line.removeprefix("- Notice: ") for line in lines[4:]) == scale.notices


def test_no_section_is_left_over() -> None:
    assert len(SECTIONS) == len(all_scales())


def test_the_example_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(example, "scales.md", "exec"), {})
    (claimed,) = re.findall(r"This prints `(.*?)`", PAGE)
    assert capsys.readouterr().out.strip() == claimed
