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
.corduroy-main { max-width: 1680px; width: 100%; margin: 0 auto; padding: 20px 24px 40px;
  min-height: calc(100vh - 145px); }
.corduroy-footer { background: var(--surface); color: var(--quiet); border-top: 1px solid var(--line);
  font-size: 13px; width: 100%; padding: 6px 24px; }
.corduroy-skip { position: absolute; left: -999px; } .corduroy-skip:focus { left: 8px; top: 8px; z-index: 9999;
  background: var(--accent); color: var(--on-accent); padding: 8px 12px; }
.corduroy-viewer { position: relative; width: 100%; height: 100%; min-height: 360px; background: #000;
  border-radius: 8px; overflow: hidden; }
.corduroy-viewer canvas { width: 100%; height: 100%; display: block; }
.q-btn { text-transform: none; font-weight: 600; }
/* Quasar's own important rules stand in a late layer; of important rules those in the earliest layer win. */
@layer theme {
  .q-btn.bg-primary, .q-btn-group .q-btn[aria-pressed="true"], .corduroy-level.chosen {
    background: var(--accent) !important; color: var(--on-accent) !important; }
  .q-notification:is(.bg-negative, .bg-positive), .q-notification:is(.bg-negative, .bg-positive) .q-btn {
    color: var(--surface) !important; }
}
.q-loading-bar { display: none; }
.q-tab { text-transform: none; padding: 0 9px; } .q-tabs { max-width: 100%; }
.q-tab-panels, .q-tab-panel { background: transparent; }
.q-tab-panel { padding: 12px 0; }
.q-field__native, .q-field__label, .q-field__input, .q-checkbox__label, .q-item, .q-field__marginal {
  color: var(--text); } .q-field__label, .q-field__bottom { color: var(--quiet); }
.q-menu { background: var(--surface); color: var(--text); border: 1px solid var(--line); }
.q-btn-toggle { border: 1px solid var(--line); box-shadow: none; }
h3 { font-size: 16px; font-weight: 650; line-height: 1.35; margin: 8px 0 0; }
h4 { font-size: 15px; font-weight: 600; line-height: 1.35; margin: 4px 0 0; }
[id] { scroll-margin-top: 84px; }
.corduroy-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.corduroy-table-place { overflow-x: auto; width: 100%; }
.corduroy-table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14.5px; }
.corduroy-table th, .corduroy-table td { text-align: left; padding: 5px 10px 5px 0; vertical-align: top;
  border-bottom: 1px solid var(--line); font-weight: 400; }
.corduroy-table thead th { font-size: 13px; font-weight: 600; color: var(--quiet); vertical-align: bottom; }
.corduroy-table td { white-space: nowrap; } .corduroy-table td:last-child { white-space: normal; min-width: 9em; }
.corduroy-table.pairs td { white-space: normal; } .corduroy-table.pairs :is(td, th) { padding-right: 6px; }
.corduroy-table.pairs td:last-child { min-width: 11em; }
.corduroy-facts-side td:last-child { min-width: 15em; } .corduroy-facts-side .even td:last-child { min-width: 0; }
.corduroy-table.wraps td, .corduroy-facts-side .wraps td:last-child { white-space: normal; min-width: 5em; }
.corduroy-thumbnail { display: block; height: 60px; width: auto; border-radius: 4px; }
.corduroy-button, .corduroy-plain { font: inherit; font-weight: 600; border-radius: 6px; cursor: pointer;
  padding: 8px 16px; border: 1px solid var(--accent); text-decoration: none; display: inline-block; }
.corduroy-button { background: var(--accent); color: var(--on-accent); }
.corduroy-plain, .corduroy-button.plain { background: transparent; color: var(--accent); }
.corduroy-button:disabled { background: transparent; color: var(--quiet); border-color: var(--line); cursor: default; }
.corduroy-filters { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: flex-start; }
.corduroy-empty { max-width: 760px; padding: 28px; gap: 14px; }
.corduroy-note { border-left: 4px solid currentColor; background: var(--surface); padding: 10px 16px; margin: 0 0 12px;
  max-width: 1100px; } .corduroy-note h2 { font-size: 16px; } .corduroy-note ul { margin: 4px 0; padding-left: 20px; }
.corduroy-note a { color: inherit; } .corduroy-note .corduroy-table { color: var(--text); }
.corduroy-form { width: 100%; max-width: 1100px; }
.corduroy-fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 16px 28px;
  margin-bottom: 20px; } .corduroy-field.wide { grid-column: 1 / -1; }
.corduroy-field > label, .corduroy-field legend { font-weight: 600; display: block; margin-bottom: 3px; padding: 0; }
.corduroy-field fieldset { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: 4px 18px; }
.corduroy-field input:not([type=checkbox]), .corduroy-field select, .corduroy-field textarea, .corduroy-upload select {
  font: inherit; color: var(--text); background: var(--surface); border: 1px solid var(--quiet); border-radius: 5px;
  padding: 6px 8px; width: 100%; box-sizing: border-box; color-scheme: inherit; }
.corduroy-upload select { width: auto; } body.body--dark { color-scheme: dark; }
.corduroy-field.wrong input, .corduroy-field.wrong select,
  .corduroy-field.wrong textarea { border: 2px solid var(--bad); }
.corduroy-check { display: inline-flex; gap: 6px; align-items: center; min-height: 28px; }
.corduroy-check input { width: 18px; height: 18px; accent-color: var(--accent); }
.corduroy-hint { margin: 3px 0 0; font-size: 13px; line-height: 1.4; color: var(--quiet); }
select:focus-visible, textarea:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.corduroy-timeline { list-style: none; display: flex; flex-wrap: wrap; gap: 8px; padding: 0; margin: 0; width: 100%; }
.corduroy-timeline li { background: var(--surface); border: 1px solid var(--line); border-radius: 8px;
  padding: 8px 12px; max-width: 260px; font-size: 14px; } .corduroy-timeline li.doubt { border-color: currentColor; }
.corduroy-timeline a { font-weight: 600; }
.corduroy-split > section { min-width: 0; }
.corduroy-split { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 20px; width: 100%; }
@media (max-width: 1100px) { .corduroy-split { grid-template-columns: minmax(0, 1fr); } }
@media (min-width: 1101px) { .corduroy-viewer-side { position: sticky; top: 64px; align-self: start; } }
.corduroy-swatch { width: 18px; height: 5px; border-radius: 2px; }
.corduroy-patch { width: 14px; height: 14px; border-radius: 3px; }
.corduroy-legend { font-size: 14px; }
.corduroy-simulations { display: grid; grid-template-columns: repeat(auto-fit, minmax(270px, 1fr)); gap: 16px;
  width: 100%; }
.corduroy-simulation { border: 1px solid var(--line); border-radius: 8px; padding: 4px 14px 14px; margin: 0;
  display: flex; flex-direction: column; gap: 8px; min-width: 0; } .corduroy-simulation .q-btn { align-self: start; }
.corduroy-sentences { margin: 0; padding-left: 20px; list-style: disc; }
.corduroy-nudges { border: 1px solid var(--line); border-radius: 8px; padding: 4px 12px 10px; margin: 6px 0;
  display: flex; flex-wrap: wrap; gap: 6px; width: 100%; box-sizing: border-box; }
.corduroy-nudges.choices { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 0 16px; }
.corduroy-nudges legend { font-size: 14px; font-weight: 600; padding: 0 4px; }
.corduroy-scroll { max-height: 260px; overflow-y: auto; width: 100%; }
.corduroy-points { width: 100%; }
.corduroy-points svg { width: 100%; max-height: max(340px, calc(100vh - 470px)); background: #000; border-radius: 8px;
  touch-action: none; cursor: crosshair; } .corduroy-points p { margin: 4px 0; font-weight: 600; }
.corduroy-points circle { fill: rgb(255 200 0 / 35%); stroke: #ffc800;
  stroke-width: calc(0.5px * var(--grain)); cursor: grab; }
.corduroy-points circle.held, .corduroy-points circle:focus-visible { stroke: #fff;
  stroke-width: calc(0.9px * var(--grain)); outline: none; }
.corduroy-points-line { fill: none; stroke: #56b4e9; stroke-width: calc(0.4px * var(--grain)); pointer-events: none; }
.corduroy-points-side { fill: #ffc800; font-weight: 700; pointer-events: none; user-select: none; }
.corduroy-points-buttons { display: flex; gap: 8px; margin-top: 8px; }
.corduroy-plain:disabled { color: var(--quiet); border-color: var(--line); cursor: default; }
.corduroy-figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(420px, 1fr)); gap: 20px;
  width: 100%; }
.corduroy-figures figure { margin: 0; } .corduroy-figures img { width: 100%; background: #fff; border-radius: 6px; }
.corduroy-upload { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; }
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
