"""The case report as PDF/UA-1, set by typst from its own template; nothing is fetched."""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import matplotlib
import typst

_TEMPLATE = "case.typ"


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
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    with tempfile.TemporaryDirectory(prefix="corduroy-pdf-") as name:
        work = Path(name)
        for figure in content["figures"].values():
            shutil.copy(folder / figure["file"], work)
        (work / "content.json").write_text(json.dumps(content), encoding="utf-8")
        with as_file(files("corduroy.reports") / "templates" / _TEMPLATE) as template:
            shutil.copy(template, work)
        document: bytes = typst.compile(
            work / _TEMPLATE,
            root=work,
            font_paths=[fonts],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
            timestamp=datetime.fromisoformat(made),
        )
    return document
