"""Reports as PDF/UA-1, set by typst from templates of this package; nothing is fetched."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import matplotlib
import typst

_TEMPLATE = "case.typ"
_PAGE = "page.typ"


def render_pdf(content: dict[str, Any], folder: Path, made: str) -> bytes:
    """The PDF file's bytes.

    Parameters
    ----------
    content : dict
        From `case_content`.
    folder : Path
        Where the figures' files are.
    made : str
        ISO time that the document is dated by, so that the same input gives the same bytes.
    """
    return typeset(_TEMPLATE, content, [folder / figure["file"] for figure in content["figures"].values()], made)


def typeset(template: str, content: dict[str, Any], pictures: Sequence[Path], made: str) -> bytes:
    """Set a template of this package as PDF/UA-1.

    Parameters
    ----------
    template : str
        File name of the template; it stands on ``page.typ`` and reads ``content.json`` and the pictures by their names.
    content : dict
        What JSON can hold.
    pictures : sequence of Path
    made : str
        ISO time that the document is dated by.
    """
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    with tempfile.TemporaryDirectory(prefix="corduroy-pdf-") as name:
        work = Path(name)
        for picture in pictures:
            shutil.copy(picture, work)
        (work / "content.json").write_text(json.dumps(content), encoding="utf-8")
        for part in (_PAGE, template):
            with as_file(files("corduroy.reports") / "templates" / part) as source:
                shutil.copy(source, work)
        document: bytes = typst.compile(
            work / template,
            root=work,
            font_paths=[fonts],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
            timestamp=datetime.fromisoformat(made),
        )
    return document
