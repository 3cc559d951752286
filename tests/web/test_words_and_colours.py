"""Every word of the pages is in one place and used; every colour can be read on its ground."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import corduroy.web
from corduroy.web.accounts import Role
from corduroy.web.jobs import State
from corduroy.web.pages.frame import NAVIGATION
from corduroy.web.pages.theme import DARK, LIGHT, Palette
from corduroy.web.texts import keys, text

WEB = Path(corduroy.web.__file__).parent
LEAST_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3, level AA


def named_in_code() -> tuple[set[str], set[str]]:
    """Keys that are named, and the beginnings of those that are put together."""
    named, begun = set(), set()
    for path in [*WEB.rglob("*.py"), *WEB.rglob("*.html")]:
        source = path.read_text(encoding="utf-8")
        named |= set(re.findall(r"""\btext\(\s*["']([\w.]+)["']""", source))
        begun |= set(re.findall(r"""\btext\(\s*f["']([\w.]+)\{""", source))
    return named, begun


def test_every_key_in_the_code_has_words_and_every_word_is_used() -> None:
    named, begun = named_in_code()
    assert named <= keys(), named - keys()
    unused = {key for key in keys() - named if not key.startswith(tuple(begun))}
    assert unused == set()


def test_keys_that_are_put_together_exist() -> None:
    for state in State:
        assert text(f"jobs.state_{state}")
    for role in Role:
        assert text(f"settings.role_{role}")
    for name, _, _ in NAVIGATION:
        assert text(f"nav.{name}")
        assert text(f"shortcuts.{name}")
        assert text(f"shortcuts.key_{name}")


def test_letters_of_shortcuts_are_told_as_they_are_and_differ() -> None:
    letters = [letter for _, _, letter in NAVIGATION]
    assert len(set(letters)) == len(letters)
    for name, _, letter in NAVIGATION:
        assert text(f"shortcuts.key_{name}").endswith(letter)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_colour_of_text_can_be_read_on_every_ground(palette: Palette) -> None:
    for ground in (palette.ground, palette.surface):
        for name in ("text", "quiet", "accent", "good", "doubt", "bad"):
            assert contrast(getattr(palette, name), ground) >= LEAST_CONTRAST, (name, ground)
    assert contrast(palette.on_accent, palette.accent) >= LEAST_CONTRAST


def test_the_measure_of_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
