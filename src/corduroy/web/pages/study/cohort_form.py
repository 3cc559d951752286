"""The form of a cohort: criteria and outcomes to choose from, or a cohort file as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from nicegui import ui

from corduroy.errors import InputError
from corduroy.registry.record import Visit
from corduroy.web.pages.frame import heading
from corduroy.web.texts import text

_YES_NO = {"": None, "yes": True, "no": False}
_REGIONS = ("cervical", "thoracic", "lumbar", "sacral")
_AT_FIRST = ("pain_back", "frankel", "height_ant", "wedge")


def outcome_labels() -> dict[str, str]:
    """The outcomes that a series may compare; for a thread of its own, as the statistics are loaded with them."""
    from corduroy.study.analysis.outcomes import OUTCOMES

    return {key: outcome.label for key, outcome in OUTCOMES.items()}


class CohortForm:
    """What a person chooses; `asked` is the request of a job `study`.

    Parameters
    ----------
    outcomes : mapping of str to str
        See `outcome_labels`.
    """

    def __init__(self, outcomes: Mapping[str, str]) -> None:
        self._labels = outcomes
        self._criteria: dict[str, ui.select] = {}
        self._outcomes: dict[str, ui.checkbox] = {}
        with ui.row().classes("items-end gap-4 w-full"):
            self._title = ui.input(text("study.name"), value=text("study.name_at_first")).style("min-width: 26em")
            sources = {"registry": text("study.of_registry"), "synthetic": text("study.of_invented")}
            self._records = ui.select(sources, value="registry", label=text("study.records")).style("min-width: 18em")
        with ui.tabs().props("align=left dense no-caps") as tabs:
            chosen = ui.tab("choose", text("study.choose"))
            written = ui.tab("file", text("study.file"))
        self._tabs = tabs
        with ui.tab_panels(tabs, value=chosen, keep_alive=True).classes("w-full"):
            with ui.tab_panel(chosen):
                self._choices()
            with ui.tab_panel(written):
                self._file()
        tabs.on_value_change(self._carry_over)

    def asked(self) -> dict[str, Any]:
        """The request.

        Raises
        ------
        SettingsError, InputError
            If it cannot be a cohort; all problems at once.
        """
        from corduroy.study.cohort import SYNTHETIC
        from corduroy.study.cohort_file import cohort_from

        cohort = self._of_file() if self._tabs.value == "file" else self._of_choices()
        records = self._records.value
        cohort_from({**cohort, "registry": SYNTHETIC}, text("study.title"))  # the place of the registry is the server's
        return {"cohort": cohort, "records": records}

    def _choices(self) -> None:
        heading(text("study.criteria"), 2)
        with ui.element("div").classes("corduroy-filters"):
            answers = {key: text(f"cases.answer_{key or 'any'}") for key in _YES_NO}
            for name in ("aggressive", "fracture", "deficit"):
                self._criteria[name] = ui.select(answers, value="yes", label=text(f"cases.{name}"))
            regions = {"": text("cases.any"), **{region: region for region in _REGIONS}}
            self._region = ui.select(regions, value="", label=text("study.region"))
            self._months = ui.number(text("study.months"), value=12, min=0, max=1200, step=1, format="%d")
            visits = {visit.value: visit.label for visit in Visit if visit is not Visit.PREOPERATIVE}
            self._after = ui.select({"last": text("study.last"), **visits}, value="last", label=text("study.after"))
            self._reader = ui.input(text("study.reader"), value="corduroy").props(f'hint="{text("study.reader_hint")}"')
            for field in (*self._criteria.values(), self._region):
                field.style("min-width: 9em")
            for wide in (self._months, self._after, self._reader):
                wide.style("min-width: 14em")
        with ui.element("fieldset").classes("corduroy-nudges choices"):
            with ui.element("legend"):
                ui.label(text("study.outcomes"))
            for key, label in self._labels.items():
                self._outcomes[key] = ui.checkbox(label, value=key in _AT_FIRST)

    def _file(self) -> None:
        ui.label(text("study.file_hint")).classes("quiet")
        self._text = ui.textarea(text("study.file")).classes("w-full").props("outlined autogrow")
        self._text.style("font-family: monospace")

    def _carry_over(self) -> None:
        """The file begins with what was chosen, so that nobody has to begin anew."""
        if self._tabs.value == "file" and not (self._text.value or "").strip():
            self._text.value = yaml.safe_dump(self._of_choices(), sort_keys=False, allow_unicode=True)

    def _of_choices(self) -> dict[str, Any]:
        criteria: dict[str, Any] = {
            name: _YES_NO[field.value] for name, field in self._criteria.items() if _YES_NO[field.value] is not None
        }
        if self._region.value:
            criteria["region"] = self._region.value
        if self._months.value:
            criteria["min_follow_up_months"] = int(self._months.value)
        return {
            "title": (self._title.value or "").strip(),
            "criteria": criteria,
            "compare": {"before": Visit.PREOPERATIVE.value, "after": self._after.value},
            "outcomes": [key for key, box in self._outcomes.items() if box.value],
            "reader": (self._reader.value or "").strip() or "corduroy",
        }

    def _of_file(self) -> dict[str, Any]:
        try:
            content = yaml.safe_load(self._text.value or "")
        except yaml.YAMLError as error:
            raise InputError(f"the cohort file is no YAML: {error}", do="mend the line that is named") from None
        if not isinstance(content, dict):
            raise InputError("a cohort file without names and values", "lines such as 'title: ...'")
        return {name: value for name, value in content.items() if name != "registry"}
