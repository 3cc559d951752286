"""The numbers of an injection as pictures: pressure, leaks, what matters, the trade-off."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from corduroy.reports.injection.draw_views import SITES
from corduroy.reports.style import FAINT_INK, INK, figure_style, new_figure
from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection_study import Study

_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#222222", "#B79F00")
_SITE_INKS = {YeomType.S: "#B79F00"}
_BAND = (0.05, 0.95)


def draw_pressure(document: dict[str, Any], study: Study) -> Figure:
    """Pressure in the syringe over time and volume, the force on the plunger on the right axis, the members' range."""
    course, limit = document["planned"]["course"], document["dose"]["pressure_limit_mpa"]
    with figure_style():
        figure = new_figure(7.2, 3.2)
        by_time, by_volume = figure.add_axes((0.09, 0.17, 0.37, 0.72)), figure.add_axes((0.53, 0.17, 0.37, 0.72))
        for axes, name, words in ((by_time, "times_s", "time, s"), (by_volume, "injected_ml", "injected, ml")):
            axes.plot(course[name], course["syringe_mpa"], color=_COLOURS[0], lw=1.8, label="syringe")
            axes.plot(course[name], course["tip_mpa"], color=_COLOURS[2], lw=1.5, label="cannula's opening")
            axes.axhline(limit, color=FAINT_INK, lw=1.0, ls=(0, (4, 3)))
            axes.set_xlabel(words)
            axes.set_xlim(left=0)
            axes.set_ylim(0, 1.12 * max(limit, max(course["syringe_mpa"])))
        by_time.set_ylabel("pressure, MPa")
        by_time.text(
            0.01, 0.985 * limit, "limit", size=8.5, ha="left", va="top", transform=by_time.get_yaxis_transform()
        )
        if study.ensemble is not None:
            volumes, low, high = _pressure_band(study)
            by_volume.fill_between(
                volumes, low, high, color=_COLOURS[0], alpha=0.15, lw=0, label="syringe, 90 % of members"
            )
        force = by_volume.secondary_yaxis("right", functions=_per_plunger(document))
        force.set_ylabel("force on the plunger, N")
        by_volume.legend(frameon=False, fontsize=8.5, loc="lower left", bbox_to_anchor=(-1.2, 1.0), ncols=3)
    return figure


def _per_plunger(document: dict[str, Any]) -> tuple[Any, Any]:
    found = document["planned"]
    area = found["largest_plunger_n"] / found["largest_syringe_mpa"]
    return (lambda mpa: mpa * area), (lambda newton: newton / area)


def _pressure_band(study: Study) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Volumes in ml, and the range of the members' pressures at each, as far as at least half of them come."""
    assert study.ensemble is not None
    members = study.ensemble.members
    volumes = np.linspace(0.02, 1.0, 60) * 1000 * study.dose.volume_ml
    rows = np.array([np.interp(volumes, m.injected_mm3, m.syringe_mpa, right=np.nan) for m in members])
    enough = np.isfinite(rows).mean(axis=0) >= 0.5
    low, high = np.nanquantile(rows[:, enough], _BAND, axis=0)
    return volumes[enough] / 1000, low, high


def draw_leaks(document: dict[str, Any], study: Study) -> Figure | None:
    """Chance of a leak by site and type with its interval, and how it grows with the volume."""
    ensemble = study.ensemble
    if ensemble is None or not document["leaks"]:
        return None
    rows = document["leaks"]
    with figure_style():
        high = 0.36 * len(rows) + 1.5
        figure = new_figure(7.2, max(high, 2.9))
        chances = figure.add_axes((0.3, 0.2, 0.27, 0.66))
        growth = figure.add_axes((0.68, 0.2, 0.3, 0.66))
        volumes = np.linspace(0, 1, 61) * 1000 * study.dose.volume_ml
        for place, row in enumerate(rows):
            colour = _ink(YeomType(row["yeom"]))
            for shift, key, face in ((-0.13, "probability", colour), (0.13, "probability_if_stopped", "white")):
                chance = row[key]
                low, upper = (100 * bound for bound in chance["interval"])
                chances.plot([low, upper], [place + shift] * 2, color=colour, lw=1.6)
                chances.plot([100 * chance["value"]], [place + shift], "o", color=colour, mfc=face, ms=6)
            first = [m.volume_of_leak(place) for m in ensemble.members]
            share = [np.mean([f is not None and f <= v for f in first]) for v in volumes]
            growth.plot(volumes / 1000, 100 * np.array(share), color=colour, lw=1.8, ls=_dash(rows, place))
        chances.set_yticks(
            range(len(rows)), [f"{row['site']} ({row['yeom']})".replace("wall, ", "wall,\n") for row in rows]
        )
        chances.set_ylim(len(rows) - 0.5, -0.5)
        chances.set_xlim(0, 100)
        chances.set_xlabel("chance of a leak, %")
        handles = [
            Line2D([], [], marker="o", color=INK, lw=1.6, ms=6, label="all injected"),
            Line2D([], [], marker="o", color=INK, lw=1.6, ms=6, mfc="white", label="surgeon stops"),
        ]
        chances.legend(
            handles=handles, frameon=False, fontsize=8.5, ncols=2, loc="lower left", bbox_to_anchor=(-0.3, 1.0)
        )
        growth.set_xlabel("injected, ml")
        growth.set_ylabel("members that leak, %")
        growth.set_xlim(0, study.dose.volume_ml)
        growth.set_ylim(0, 100)
    return figure


def _dash(rows: list[dict[str, Any]], place: int) -> Any:
    """Sites of one type share a colour; they differ in their dashes."""
    before = sum(row["yeom"] == rows[place]["yeom"] for row in rows[:place])
    return ("-", (0, (4, 2)), (0, (1, 1.5)), (0, (4, 2, 1, 2)))[before % 4]


def _ink(kind: YeomType) -> str:
    return _SITE_INKS.get(kind, SITES[kind])


def draw_sensitivity(document: dict[str, Any]) -> Figure | None:
    """Rank correlation of every input with every answer; None where nothing varies."""
    found = document["sensitivity"]
    if found is None or not found["answers"]:
        return None
    answers = found["answers"]
    names = list(dict.fromkeys(each["input"] for ranked in answers.values() for each in ranked))
    words = {each["input"]: each["words"] for ranked in answers.values() for each in ranked}
    if not names:
        return None
    with figure_style():
        high = 0.3 * len(names) + 1.5
        figure = new_figure(7.2, high)
        wide = 0.64 / len(answers)
        for number, (answer, ranked) in enumerate(answers.items()):
            axes = figure.add_axes((0.355 + number * wide, 0.5 / high, 0.88 * wide, 1 - 1.3 / high))
            for each in ranked:
                place = names.index(each["input"])
                colour = _COLOURS[0] if each["told_from_zero"] else "#9AA3AE"
                axes.barh([place], [each["correlation"]], height=0.55, color=colour)
                axes.plot(each["interval"], [place, place], color=INK, lw=1.0)
            axes.axvline(0, color=FAINT_INK, lw=0.8)
            axes.set_xlim(-1, 1)
            axes.set_xticks([-0.5, 0, 0.5], ["−.5", "0", ".5"])
            axes.set_ylim(len(names) - 0.5, -0.5)
            axes.set_yticks(range(len(names)), [words[name] for name in names] if number == 0 else [""] * len(names))
            axes.tick_params(left=number == 0)
            axes.set_title(_broken(answer), size=8.2, color=INK)
        figure.text(0.355 + 0.31, 0.06 / high, "rank correlation", size=9, ha="center", va="bottom")
    return figure


def _broken(text: str) -> str:
    """In lines of about 14 letters."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > 14 and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def draw_trade(document: dict[str, Any]) -> Figure | None:
    """Fill against the chance of a leak for every recipe and volume; the best trades are joined."""
    found = document["what_if"]
    if found is None:
        return None
    with figure_style():
        figure = new_figure(7.2, 3.9)
        stops, others = figure.add_axes((0.09, 0.14, 0.29, 0.82)), figure.add_axes((0.42, 0.14, 0.29, 0.82))
        for axes, key in ((stops, "watched"), (others, "other")):
            _recipes(axes, found, key)
            axes.set_ylim(0, 108 * max(row["filled"] for row in found["candidates"]))
        front = sorted((100 * r["watched"]["value"], 100 * r["filled"]) for r in found["candidates"] if r["best_trade"])
        stops.plot(*zip(*front, strict=True), color=FAINT_INK, lw=5, alpha=0.3, zorder=0, label="best trades")
        stops.set_xlabel("leak that stops it, %")
        others.set_xlabel("other leak, %")
        stops.set_ylabel("mean share of the target filled, %")
        others.set_yticklabels([])
        handles, labels = stops.get_legend_handles_labels()
        figure.legend(handles, labels, frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(0.72, 0.98))
    return figure


def _recipes(axes: Axes, found: dict[str, Any], key: str) -> None:
    """A line for each recipe over its volumes, and a star for the best."""
    rows, best = found["candidates"], found["best"]
    for number, name in enumerate(dict.fromkeys(row["variant"] for row in rows)):
        own = [row for row in rows if row["variant"] == name]
        x, y = [100 * row[key]["value"] for row in own], [100 * row["filled"] for row in own]
        axes.plot(x, y, "o-", color=_COLOURS[number % len(_COLOURS)], lw=0.9, ms=5, alpha=0.9, label=name)
    star = next(row for row in rows if (row["variant"], row["volume_ml"]) == (best["variant"], best["volume_ml"]))
    words = f"best by the weights:\n{best['variant']}, {best['volume_ml']:g} ml"
    place = [100 * star[key]["value"]], [100 * star["filled"]]
    axes.plot(*place, "*", color="#D55E00", ms=15, mec="white", zorder=6, label=words)
    most = max(100 * row[key]["value"] for row in rows)
    axes.set_xlim(-0.06 * max(most, 10.0), 1.08 * max(most, 10.0))
