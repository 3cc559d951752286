"""`make pictures`: the pictures of these pages, from the demo patient's own report."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

_HERE = Path(__file__).parent
_WIDTH_PX = 840
_GREYS = np.arange(0, 256, 2)
_COLOURS = 128
_LEAST_CHROMA = 24


def main(report: Path) -> None:
    """Shrink the report's mid-sagittal view to what a page needs: fewer pixels, a palette."""
    with Image.open(report / "sagittal.png") as picture:
        height = round(picture.height * _WIDTH_PX / picture.width)
        small = picture.convert("RGB").resize((_WIDTH_PX, height), Image.Resampling.LANCZOS)
    small.quantize(palette=_palette(small), dither=Image.Dither.NONE).save(_HERE / "demo-sagittal.png", optimize=True)


def _palette(picture: Image.Image) -> Image.Image:
    """Even greys for the scan, the rest for the lines: one palette for both would tint the bone."""
    pixels = np.asarray(picture).reshape(-1, 3)
    coloured = pixels[np.ptp(pixels, axis=1) >= _LEAST_CHROMA]
    lines = Image.fromarray(coloured[None]).quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE)
    greys = np.repeat(_GREYS, 3).tolist()
    palette = Image.new("P", (1, 1))
    palette.putpalette(greys + (lines.getpalette() or [])[: 3 * _COLOURS])
    return palette


if __name__ == "__main__":
    main(Path(sys.argv[1]))
