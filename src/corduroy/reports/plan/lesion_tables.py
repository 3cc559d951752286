"""What the grey values say of the lesion, as rows: texture, cortex, parts outside the bone, likeness."""

from __future__ import annotations

from typing import Any

from corduroy.reports.plan.wording import NOTHING, measured_words

Rows = list[list[str]]

_TEXTURE = {
    "stroma_hu": ("Stroma, between the columns", 0),
    "column_hu": ("Columns of bone", 0),
    "mean_hu": ("Mean grey value", 0),
    "column_strength_hu": ("Strength of columns that last 5 mm", 0),
    "spacing_mm": ("Spacing of columns", 1),
    "thickness_mm": ("Thickness of columns", 1),
    "anisotropy": ("Anisotropy (1: upright columns)", 2),
    "polka_dot": ("Polka-dot index, axial (-1 to 1)", 2),
    "corduroy": ("Corduroy index, sagittal (0 to 1)", 2),
}


def third_rows(character: dict[str, Any]) -> Rows:
    """Share of each third of the body."""
    return [[name.capitalize(), measured_words(share, 0)] for name, share in character["thirds_percent"].items()]


def texture_rows(character: dict[str, Any]) -> Rows:
    """Stroma and columns."""
    texture = character["texture"]
    return [[words, measured_words(texture[name], digits)] for name, (words, digits) in _TEXTURE.items()]


def cortex_rows(character: dict[str, Any]) -> Rows:
    """The side wall and the endplates over the lesion, and every hole in them."""
    cortex = character["cortex"]
    place = "" if cortex["expansion_place"] is None else f", {cortex['expansion_place']}"
    rows = [
        ["Thinning against the neighbours", measured_words(cortex["thinning_percent"], 0)],
        ["Expansion, at its most", measured_words(cortex["expansion_mm"]) + place],
    ]
    rows += [_breach_row(breach) for breach in cortex["breaches"]]
    if not cortex["breaches"]:
        rows.append(["Breach", _no_breach(cortex["smallest_breach_mm"])])
    return rows + _endplate_rows(cortex)


def _breach_row(breach: dict[str, Any]) -> list[str]:
    point = ", ".join(f"{x:.0f}" for x in breach["point_ras_mm"])
    return [f"Breach, {breach['place']}", f"{measured_words(breach['diameter_mm'])} wide at {point} (RAS mm)"]


def _endplate_rows(cortex: dict[str, Any]) -> Rows:
    """What is said of each endplate; plans made before they were looked at say so."""
    if "endplates" not in cortex:
        return [["Endplates", "not looked at"]]
    rows = []
    for name in ("superior endplate", "inferior endplate"):
        endplate = cortex["endplates"].get(name)
        if endplate is None:
            rows.append([name.capitalize(), "the lesion does not reach it"])
        elif endplate["breaches"]:
            rows += [_breach_row(breach) for breach in endplate["breaches"]]
        else:
            rows.append([name.capitalize(), _no_endplate_breach(endplate)])
    return rows


def _no_endplate_breach(endplate: dict[str, Any]) -> str:
    share, smallest_mm = endplate["looked_at_percent"], endplate["smallest_breach_mm"]
    if smallest_mm is None:
        return "not resolved by this scan"
    return f"no hole seen in the {share} % that can be judged; holes below {smallest_mm:.1f} mm cannot be excluded"


def _no_breach(smallest_mm: float | None) -> str:
    if smallest_mm is None:
        return "not resolved by this scan"
    return f"none seen in the grey values of the side wall; this scan cannot exclude holes below {smallest_mm:.1f} mm"


def outside_rows(character: dict[str, Any]) -> Rows:
    """Parts outside the bone as the grey values suggest them."""
    rows = []
    for name in ("epidural", "paravertebral"):
        part = character[name]
        if part is None:
            rows.append([name.capitalize(), "the canal is not known"])
            continue
        side = "" if part["side"] is None else f", {part['side']}"
        rows.append([name.capitalize(), measured_words(part["volume_ml"]) + side])
        if part["canal_share_percent"] is not None:
            rows.append(["Share of the canal, at its most", measured_words(part["canal_share_percent"], 0)])
    return [*rows, ["Uptake of contrast by the stroma", measured_words(character["uptake_hu"], 0)]]


def likeness_rows(character: dict[str, Any]) -> Rows:
    """The features that drove the score, the strongest first."""
    likeness = character["hemangioma_likeness"]
    if likeness is None:
        return []
    return [
        [driver["meaning"], f"{driver['value']:.2f}", _pull_words(driver), _towards(driver["log_odds"])]
        for driver in likeness["drivers"]
    ]


def _pull_words(driver: dict[str, Any]) -> str:
    pull = f"{driver['log_odds']:+.1f}"
    doubt = driver.get("log_odds_uncertainty")  # plans made before it was computed have none
    return pull if doubt is None else f"{pull} ± {doubt:.1f}"


def _towards(log_odds: float) -> str:
    if abs(log_odds) < 0.05:
        return NOTHING
    return "towards hemangioma" if log_odds > 0 else "away from hemangioma"
