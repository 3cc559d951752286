"""Parts of a plan's document in words, the same on the terminal, on the page and in the PDF."""

from __future__ import annotations

from typing import Any

from corduroy.scales.result import ALSO_ALLOWED

NOTHING = "–"
_UNITS = {"mm2": "mm²", "mm3": "mm³"}


def measured_words(measured: dict[str, Any] | None, digits: int = 1) -> str:
    """Value ± half-width of the 95 % interval and unit; a dash where nothing was measured."""
    if measured is None:
        return NOTHING
    unit = _UNITS.get(measured["unit"], measured["unit"])
    return f"{measured['value']:.{digits}f} ± {measured['uncertainty']:.{digits}f} {unit}".rstrip()


def share_words(share: dict[str, Any] | None) -> str:
    """A share of the lesion with its interval, which may be open above; a dash where there is none."""
    if share is None:
        return NOTHING
    if "interval_95" not in share:  # a plan made before the lesion's own uncertainty entered it
        return measured_words(share, 0)
    low, high = share["interval_95"]
    return f"{share['value']:.0f} % ({low:.0f} " + ("or more)" if high is None else f"to {high:.0f})")


def score_words(result: dict[str, Any]) -> str:
    """Grade or total, or what is still possible."""
    label = result["grade_label"] or (None if result["grade"] is None else grade_words(result["grade"]))
    if result["value"] is not None:
        number = f"{result['value']:g}"
        return number if label is None else f"{number}: {label}"
    if result["lowest"] is not None and result["items_assessed"]:
        return f"{result['lowest']:g} to {result['highest']:g}" + (f": {label}" if label else "")
    if label and result["scale"].startswith("Genant"):
        return label + _grade_basis(result)
    return label or "not known"


def _grade_basis(result: dict[str, Any]) -> str:
    """What a grade by imaging rests on and what else its interval reaches, since a grade alone says neither."""
    basis = result["items"][0]["basis"] if result["items"] else ""
    doubt = [notice.split(": ", 1)[1] for notice in result["notices"] if ALSO_ALLOWED in notice]
    return "".join(f"; {words}" for words in (basis, *doubt) if words)


def assessed_words(result: dict[str, Any]) -> str:
    """``4 of 6 items assessed, to be confirmed``."""
    assessed = f"{result['items_assessed']} of {result['items_total']} items assessed"
    if result["is_confirmed"]:
        return f"{assessed}, confirmed"
    return f"{assessed}, to be confirmed" if result["items_assessed"] else assessed


def grade_words(grade: Any) -> str:
    """A grade that is no single code, such as the zones of WBB."""
    if isinstance(grade, dict):
        zones = ", ".join(map(str, sorted(grade["zones"])))
        return f"zones {zones} ({grade['numbering']}), layers {', '.join(grade['layers'])}, side: {grade['side']}"
    return str(grade)


def lesion_words(document: dict[str, Any]) -> str:
    """Volume, share, parts and soft parts of the lesion; why there is none."""
    lesion = document["lesion"]
    if lesion is None:
        return str(document["missing"]["lesion"])
    doubt = (
        "NOT DIFFERENT FROM INTACT BONE (see the warnings); delineated "
        if looks_intact(document.get("character"))
        else ""
    )
    words = [
        f"{doubt}{measured_words(lesion['in_bone'])} in bone, {measured_words(lesion['body_share'], 0)} of the body"
    ]
    words.append("involved: " + (", ".join(lesion["involved"]) or "no part of the arch"))
    for name in ("epidural", "paravertebral"):
        part = lesion[name]
        if part is None:
            words.append(f"{name} part not known")
        elif part["volume"]["value"] > 0:
            words.append(f"{name} {measured_words(part['volume'], 2)}" + (f" {part['side']}" if part["side"] else ""))
    return "; ".join(words)


def corridor_words(document: dict[str, Any], name: str) -> str:
    """The verdict of a search, or why there was none."""
    found = document[name]
    if found is None:
        return str(document["missing"][name])
    through_air = document["corridors_through_air"][name.removesuffix("_corridors")]
    numbers = ", ".join(map(str, through_air))
    return str(found["verdict"]) + (f" But number {numbers} passes air on the CT: not to be used." if numbers else "")


def cement_words(document: dict[str, Any]) -> str:
    """What is injectable."""
    found = document["augmentation"]
    if found is None:
        return str(document["missing"]["augmentation"])
    return f"{measured_words(found['injectable'])} injectable ({found['injectable_is']}; a ceiling)"


def laminectomy_words(document: dict[str, Any]) -> str:
    """Width, bone and canal of every level."""
    found = document["decompression"]
    if found is None:
        return str(document["missing"]["decompression"])
    words = []
    for level in found["levels"]:
        width = level["borders"]["left_mm"] + level["borders"]["right_mm"]
        text = f"{level['level']}: {width:.0f} mm wide, {measured_words(level['bone_removed'])} of bone"
        if level["canal_area_before"] is not None:
            before, after = level["canal_area_before"], level["canal_area_after"]
            text += f", canal {measured_words(before, 0)} before, {measured_words(after, 0)} after"
        words.append(text)
    return "; ".join(words)


def looks_intact(character: dict[str, Any] | None) -> bool:
    """Whether the lesion does not differ from intact bone; plans made before that was asked do not say so."""
    return character is not None and character.get("differs_from_intact") is False


def likeness_words(character: dict[str, Any] | None) -> str:
    """How hemangioma-like the lesion is, with what the score is not; "not assessed" where there is none.

    A plan that was made before the score had an interval is said to have none.
    """
    likeness = None if character is None else character["hemangioma_likeness"]
    if looks_intact(character):
        return "not given, as what was delineated looks like intact bone"
    if likeness is None:
        return "not assessed; histology decides"
    interval = likeness.get("interval_95")
    doubt = "no interval computed" if interval is None else f"95 % interval {interval[0]:.2f} to {interval[1]:.2f}"
    return f"{likeness['score']:.2f} of 1 ({doubt}). {likeness['words'].removesuffix('.')}"


def simulated_words(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Kind and sentence of everything that the simulations say, or why they say nothing."""
    found = []
    for kind in ("injection", "mechanics"):
        part = document[kind]
        sentences = [document["missing"][kind]] if part is None else part["summary"]
        found += [(kind.capitalize(), sentence) for sentence in sentences]
    return found
