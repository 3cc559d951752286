"""How the pages look: colours, type and spacing, for dark and light, in one place.

Every pair of text and ground has a contrast of at least 4.5 (WCAG 2.2, AA); `tests/web/test_theme.py` computes it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from nicegui import ui


@dataclass(frozen=True)
class Palette:
    """Colours by what they are for."""

    ground: str
    surface: str
    line: str
    text: str
    quiet: str
    accent: str
    on_accent: str
    good: str
    doubt: str
    bad: str


LIGHT = Palette(
    ground="#f6f7f5",
    surface="#ffffff",
    line="#d5d9d6",
    text="#1b2422",
    quiet="#54605c",
    accent="#0b5d66",
    on_accent="#ffffff",
    good="#1d6b36",
    doubt="#8a5200",
    bad="#a3231f",
)
DARK = Palette(
    ground="#12181a",
    surface="#1b2427",
    line="#38464a",
    text="#e8eeec",
    quiet="#a9b7b4",
    accent="#6fc7cf",
    on_accent="#0c1517",
    good="#7fce97",
    doubt="#f0b45c",
    bad="#ff9a92",
)

_RULES = """
body { background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
.q-layout, .q-page { background: var(--ground); }
.q-card, .q-table__container, .q-dialog .q-card { background: var(--surface); color: var(--text);
  border: 1px solid var(--line); border-radius: 8px; box-shadow: none; }
.q-table th { font-size: 13px; font-weight: 600; color: var(--quiet); } .q-table td { font-size: 15px; }
h1 { font-size: 26px; font-weight: 650; line-height: 1.25; margin: 0; }
h2 { font-size: 19px; font-weight: 650; line-height: 1.3; margin: 0; }
.quiet { color: var(--quiet); }
.good { color: var(--good); } .doubt { color: var(--doubt); } .bad { color: var(--bad); }
.numbers { font-variant-numeric: tabular-nums; }
a { color: var(--accent); } a:focus-visible, button:focus-visible, [tabindex]:focus-visible, input:focus-visible {
  outline: 3px solid var(--accent); outline-offset: 2px; }
.corduroy-header { background: var(--surface); color: var(--text); border-bottom: 1px solid var(--line); }
.corduroy-nav a { color: var(--text); text-decoration: none; padding: 8px 12px; border-radius: 6px; }
.corduroy-nav a[aria-current="page"] { background: var(--accent); color: var(--on-accent); }
.corduroy-main { max-width: 1680px; width: 100%; margin: 0 auto; padding: 20px 24px 40px; }
.corduroy-footer { background: var(--surface); color: var(--quiet); border-top: 1px solid var(--line);
  font-size: 13px; }
.corduroy-skip { position: absolute; left: -999px; } .corduroy-skip:focus { left: 8px; top: 8px; z-index: 9999;
  background: var(--accent); color: var(--on-accent); padding: 8px 12px; }
.corduroy-viewer { position: relative; width: 100%; height: 100%; min-height: 360px; background: #000;
  border-radius: 8px; overflow: hidden; }
.corduroy-viewer canvas { width: 100%; height: 100%; display: block; }
.q-btn { text-transform: none; font-weight: 600; }
"""


def apply_theme() -> None:
    """Give the page its colours; call once for each page, which `page_frame` does."""
    ui.colors(primary="var(--accent)", secondary="var(--quiet)", positive="var(--good)", negative="var(--bad)")
    ui.add_css(style_sheet())


def style_sheet() -> str:
    """The rules for every page that NiceGUI draws."""
    return f":root {{ {_variables(LIGHT)} }}\nbody.body--dark {{ {_variables(DARK)} }}\n{_RULES}"


def system_style_sheet() -> str:
    """The same for a page without scripts: dark where the system is."""
    dark = f"@media (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}"
    return f":root {{ {_variables(LIGHT)} }}\n{dark}\n{_RULES}"


def _variables(palette: Palette) -> str:
    named = {field.name.replace("_", "-"): getattr(palette, field.name) for field in fields(palette)}
    return " ".join(f"--{name}: {value};" for name, value in named.items())
