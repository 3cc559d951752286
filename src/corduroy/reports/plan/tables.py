"""The rows of a plan's tables, from its document."""

from __future__ import annotations

from typing import Any

from corduroy.planning.arch_resection import PROCESSES
from corduroy.reports.plan.wording import NOTHING, assessed_words, measured_words, score_words, share_words

Rows = list[list[str]]

_SCALES = ("sins", "enneking", "tomita", "laredo", "escc", "wbb", "genant")


def lesion_rows(document: dict[str, Any]) -> Rows:
    """Volume, shares and soft parts."""
    lesion = document["lesion"]
    rows = [
        ["In bone", measured_words(lesion["in_bone"])],
        ["Share of the body", measured_words(lesion["body_share"], 0)],
    ]
    shares = lesion["parts_percent"]
    rows += [[name.capitalize(), f"{share:.0f} %"] for name, share in shares.items() if share and share >= 0.5]
    spared = [name for name, share in shares.items() if share is not None and share < 0.5]
    unseen = [name for name, share in shares.items() if share is None]
    rows += [["Parts of the arch spared", ", ".join(spared)]] if spared else []
    rows += [["Parts of the arch not told apart", ", ".join(unseen)]] if unseen else []
    for name in ("epidural", "paravertebral"):
        part = lesion[name]
        side = f", {part['side']}" if part is not None and part["side"] else ""
        words = "not known" if part is None else measured_words(part["volume"], 2) + side
        rows.append([f"{name.capitalize()} part", words])
    return rows


def score_rows(scores: dict[str, Any]) -> Rows:
    """Every scale with how much of it was assessed."""
    results = [*(scores[name] for name in _SCALES), *scores["clinical"]]
    return [[r["scale"], score_words(r), assessed_words(r), r["version"]] for r in results]


def to_confirm_rows(scores: dict[str, Any]) -> Rows:
    """What a person has to decide."""
    return [[i["scale"], i["item"], i["proposed"] or NOTHING, i["basis"] or NOTHING] for i in scores["to_confirm"]]


def corridor_rows(found: dict[str, Any], through_air: list[int]) -> Rows:
    """The corridors, in the order of the skin map's numbers."""
    rows = []
    for number, corridor in enumerate(found["corridors"], start=1):
        angles, fits = corridor["to_gantry"], corridor["largest_gauge"]
        rows.append(
            [
                str(number),
                corridor["kind"],
                corridor["side"],
                f"{corridor['gauge']} G" + ("" if fits is None else f" (up to {fits} G)"),
                f"{corridor['depth_mm']:.0f}",
                f"{angles['axial_deg']:+.0f}",
                f"{angles['sagittal_deg']:+.0f}",
                "AIR on the CT" if number in through_air else corridor["tightest"] or NOTHING,
                f"{corridor['spare_mm']:.1f}",
                f"{100 * corridor['robustness']['from_bone']:.0f} %",
            ]
        )
    return rows


def source_rows(found: dict[str, Any]) -> Rows:
    """Structures by how their place is known."""
    by_source: dict[str, list[str]] = {}
    for structure, source in found["sources"].items():
        by_source.setdefault(source, []).append(structure)
    return [[source, ", ".join(structures)] for source, structures in by_source.items()]


def artery_rows(found: dict[str, Any]) -> Rows:
    """Level and side, why, and what waits there."""
    return [
        [f"{a['level']} {a['side']}", a["reason"], a["adamkiewicz"], a["warning"] or NOTHING] for a in found["arteries"]
    ]


def fill_rows(found: dict[str, Any]) -> Rows:
    """Volumes with the shares that they fill."""
    return [
        [f"{f['volume_ml']:g} ml", measured_words(f["of_body_percent"], 0), share_words(f["of_lesion_percent"])]
        for f in found["fills"]
    ]


def leak_rows(found: dict[str, Any]) -> Rows:
    """Places with type, wall and side."""
    return [
        [s["yeom"], s["wall"], s["side"] or "midline", ", ".join(f"{x:.0f}" for x in s["point_mm"]), _leak_basis(s)]
        for s in found["leaks"]
    ]


def _leak_basis(site: dict[str, Any]) -> str:
    size = site["diameter_mm"]
    return str(site["basis"]) + ("" if size is None else f", {size:.0f} mm wide")


def choice_rows(found: dict[str, Any]) -> Rows:
    """Settings with their sources."""
    return [
        [c["setting"], NOTHING if c["value"] is None else f"{c['value']:g} {c['unit']}", c["words"], c["source"]]
        for c in found["choices"]
    ]


def level_rows(found: dict[str, Any]) -> Rows:
    """The laminectomy of every level."""
    rows = []
    for level in found["levels"]:
        left, right = level["borders"]["left_mm"], level["borders"]["right_mm"]
        areas = ("canal_area_before", "canal_area_after", "reference_area", "lesion_in_canal")
        rows.append(
            [
                level["level"],
                level["why"],
                f"{left + right:.0f} mm ({left:.0f} left, {right:.0f} right)",
                measured_words(level["bone_removed"]) + _lamina_words(level),
                *(measured_words(level[name], 0) for name in areas),
            ]
        )
    return rows


def _lamina_words(level: dict[str, Any]) -> str:
    """What of either lamina goes; nothing where neither was found."""
    known = {side: level["lamina_removed_percent"][side] for side in ("left", "right")}
    shares = [f"{share:.0f} % of the {side} lamina" for side, share in known.items() if share is not None]
    return "".join(f", {words}" for words in shares)


def facet_rows(level: dict[str, Any]) -> Rows:
    """Lost shares of both articular processes on both sides, as far as they were told apart."""
    lost = {(f["process"], f["side"]): measured_words(f["lost_percent"], 0) for f in level["facets"]}
    return [[p, *(lost.get((p, side), "not told apart") for side in ("left", "right"))] for p in PROCESSES]


def option_rows(level: dict[str, Any]) -> Rows:
    """What other widths would open and cost."""
    rows = []
    for option in level["options"]:
        lost = [option["facet_lost_percent"][side] for side in ("left", "right")]
        area = option["canal_area_mm2"]
        rows.append(
            [
                f"{option['width_mm']:.0f}",
                NOTHING if area is None else f"{area:.0f}",
                f"{option['bone_removed_ml']:.1f}",
                *(NOTHING if share is None else f"{share:.0f} %" for share in lost),
            ]
        )
    return rows


def evidence_rows(found: dict[str, Any]) -> Rows:
    """Statements with source and strength."""
    return [[e["statement"], e["source"] or NOTHING, e["strength"]] for e in found["evidence"]]


def simulated_rows(part: dict[str, Any]) -> Rows:
    """The numbers of a simulation."""
    rows = []
    for value in part["values"]:
        spread = "" if value["uncertainty"] is None else f" ± {value['uncertainty']:.3g}"
        number = f"{value['value']:.4g}{spread} {value['unit']}".rstrip()
        rows.append([value["name"], value["state"] or NOTHING, number, value["method"]])
    return rows
