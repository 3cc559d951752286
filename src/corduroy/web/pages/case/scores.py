"""The scores of a plan: what imaging proposes, and what a person has confirmed, item by item."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from nicegui import ui

from corduroy.errors import InputError
from corduroy.scales import (
    Compartment,
    EsccGrade,
    Presence,
    SinsAlignment,
    SinsBoneLesion,
    SinsCollapse,
    SinsLocation,
    SinsPain,
    SinsPosterolateral,
    Symptoms,
    TomitaType,
)
from corduroy.web.accounts import Role
from corduroy.web.pages.case.results import ScanResults
from corduroy.web.pages.case.wording import number
from corduroy.web.pages.frame import heading, telling
from corduroy.web.pages.session import Session
from corduroy.web.pages.tables import Cell, data_table
from corduroy.web.scans import PartRole
from corduroy.web.texts import text
from corduroy.web.workbench import Workbench

Place = tuple[str, ...]
"""Where a fact stands in the file of facts."""

FACT_OF: dict[tuple[str, int], tuple[Place, type[Enum]]] = {
    ("sins", 0): (("sins", "location"), SinsLocation),
    ("sins", 1): (("sins", "pain"), SinsPain),
    ("sins", 2): (("sins", "bone_lesion"), SinsBoneLesion),
    ("sins", 3): (("sins", "alignment"), SinsAlignment),
    ("sins", 4): (("sins", "collapse"), SinsCollapse),
    ("sins", 5): (("sins", "posterolateral"), SinsPosterolateral),
    ("enneking", 0): (("compartment",), Compartment),
    ("enneking", 1): (("symptoms",), Symptoms),
    ("tomita", 0): (("tomita",), TomitaType),
    ("laredo", 0): (("laredo", "location"), Presence),
    ("laredo", 1): (("laredo", "whole_body"), Presence),
    ("laredo", 2): (("laredo", "neural_arch"), Presence),
    ("laredo", 3): (("laredo", "cortex"), Presence),
    ("laredo", 4): (("laredo", "honeycomb"), Presence),
    ("laredo", 5): (("laredo", "soft_tissue"), Presence),
    ("escc", 0): (("escc",), EsccGrade),
}
"""Scale and number of its item in a plan's document: the fact that a person states, and the words to choose from."""

_SCALES = ("sins", "enneking", "tomita", "escc", "laredo", "wbb", "genant")


class ScoreTable:
    """All scales with their items; those that a person can set have a choice and a button beside them."""

    def __init__(self, session: Session, results: ScanResults, on_changed: Callable[[], object]) -> None:
        assert results.plan is not None  # the caller shows something else then
        self._session = session
        self._results = results
        self._on_changed = on_changed
        self._seen = _facts_hash(results)
        heading(text("scores.title"), 2)
        ui.label(text("scores.hint")).classes("quiet")
        scores = results.plan["scores"]
        for key in _SCALES:
            self._scale(key, scores[key])
        for scale in scores["clinical"]:
            self._scale("clinical", scale)

    def _scale(self, key: str, scale: dict[str, Any]) -> None:
        heading(f"{scale['scale']}: {summary(scale)}", 3)
        ui.label(text("scores.assessed", n=scale["items_assessed"], total=scale["items_total"])).classes("quiet")
        columns = [text(f"scores.{name}") for name in ("item", "value", "origin", "confirm")]
        rows = [self._item(key, no, item) for no, item in enumerate(scale["items"])]
        data_table(scale["scale"], columns, rows).classes("wraps")
        ui.label(text("scores.source", source=scale["source"])).classes("quiet")

    def _item(self, key: str, no: int, item: dict[str, Any]) -> list[Cell]:
        basis = ": ".join(part for part in (item["origin"], item["basis"]) if part)
        known = FACT_OF.get((key, no))
        if known is None or not self._session.may(Role.EDITOR):
            value = item["label"] or ("" if item["value"] is None else _plain(item["value"]))
            return [item["item"], value or text("scores.none"), basis, ""]
        chosen: dict[str, ui.select] = {}
        return [
            item["item"],
            lambda: chosen.update(select=_choice(item, known[1])),
            basis,
            lambda: self._button(item, known, chosen["select"]),
        ]

    def _button(self, item: dict[str, Any], known: tuple[Place, type[Enum]], select: ui.select) -> None:
        path, words = known
        is_done = str(item["origin"]).startswith("confirmed")
        told = text("scores.change" if is_done else "scores.confirm_one")
        button = ui.button(told, on_click=lambda: self._confirm(path, words, select.value))
        button.props(f'flat dense aria-label="{told}: {item["item"]}"')

    async def _confirm(self, path: Place, words: type[Enum], name: str | None) -> None:
        with telling():
            if name is None:
                raise InputError(text("scores.choose_first"))
            user = self._session.require(Role.EDITOR)
            bench, scan = self._session.workbench, self._results.scan
            self._seen = await to_thread(state_fact, bench, scan.id, path, words[name].value, user.name, self._seen)
            ui.notify(text("scores.kept"), type="positive")
            self._on_changed()


def _choice(item: dict[str, Any], words: type[Enum]) -> ui.select:
    options = {choice.name: getattr(choice, "label", choice.name) for choice in words}
    at_first = next((choice.name for choice in words if choice.value == item["value"]), None)
    select = ui.select(options, value=at_first)
    select.props(f'dense options-dense aria-label="{text("scores.choose", item=item["item"])}"')
    return select.classes("w-full").style("min-width: 10em")


def summary(scale: dict[str, Any]) -> str:
    """Grade or range of points in words."""
    if scale["grade_label"]:
        return str(scale["grade_label"])
    if isinstance(scale["grade"], dict):
        return _plain(scale["grade"])
    if scale["lowest"] is None:
        return text("scores.none")
    if scale["lowest"] == scale["highest"]:
        return number(scale["lowest"], digits=0)
    return text("scores.between", low=scale["lowest"], high=scale["highest"])


def state_fact(workbench: Workbench, scan_id: str, path: Place, value: Any, who: str, seen: str) -> str:
    """Write a fact into the scan's file of facts, with the person who stands for it; the next plan knows it.

    Parameters
    ----------
    workbench : Workbench
    scan_id : str
    path : tuple of str
        Where it stands in the file.
    value : str or int
    who : str
    seen : str
        SHA-256 of the file that was seen; empty if there was none.

    Returns
    -------
    str
        SHA-256 of the file as it is now.

    Raises
    ------
    InputError
        If somebody else has changed the file meanwhile, or the facts contradict each other.
    """
    from corduroy.planning.clinical_facts import ClinicalFacts, read_clinical_facts

    scan = workbench.scans.scan(scan_id)
    now = "" if scan is None or PartRole.FACTS not in scan.parts else scan.parts[PartRole.FACTS].sha256
    if now != seen:
        raise InputError("somebody else has changed the facts meanwhile", do="load the page again and look at them")
    kept = workbench.scans.file(scan_id, PartRole.FACTS)
    facts = ClinicalFacts(confirmed_by=who) if kept is None else read_clinical_facts(kept)
    document = facts.model_dump(mode="json", exclude_none=True)
    place = document
    for name in path[:-1]:
        place = place.setdefault(name, {})
    place[path[-1]] = {"value": value, "by": who}
    with TemporaryDirectory(dir=workbench.folder.path) as temporary:
        file = Path(temporary) / "facts.yaml"
        file.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
        read_clinical_facts(file)
        return workbench.scans.keep_file(scan_id, PartRole.FACTS, file, who).sha256


def _facts_hash(results: ScanResults) -> str:
    part = results.scan.parts.get(PartRole.FACTS)
    return "" if part is None else part.sha256


def _plain(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    zones, layers = (", ".join(str(one) for one in value[key]) for key in ("zones", "layers"))
    return text("scores.wbb", zones=zones, layers=layers, numbering=value["numbering"])
