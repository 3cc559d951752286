"""What lies over the grey image: labels, lesion, simulated cement; with the colours of their legend."""

from __future__ import annotations

from dataclasses import dataclass, field

from corduroy.pipeline.file_names import LESION_FILE
from corduroy.planning.lesion_parts import CODES
from corduroy.planning.simulated import SimulatedKind
from corduroy.web.api.jobs import result_address
from corduroy.web.gate import API
from corduroy.web.jobs.kinds.inject import fill_file
from corduroy.web.pages.case.results import ScanResults
from corduroy.web.scans import PartRole, Scan
from corduroy.web.scans.view import BONE_WINDOW_HU, view_file
from corduroy.web.viewer import ShownVolume
from corduroy.web.viewer.colours import CEMENT, LESION_PARTS, label_colours, one_colour
from corduroy.web.viewer.viewer import Rgb
from corduroy.web.workbench import Workbench

OPACITY = 0.35
"""Of labels at first; author's choice."""


@dataclass(frozen=True)
class Layer:
    """One volume of the picture.

    Parameters
    ----------
    name : {"image", "labels", "lesion", "cement_fill"}
    volume : ShownVolume
    weight : float
        How much more it covers than the labels do.
    legend : dict of str to Rgb
        Its colours; their words are ``scan.legend_…`` in the texts.
    """

    name: str
    volume: ShownVolume
    weight: float = 1.0
    legend: dict[str, Rgb] = field(default_factory=dict)

    def opacity(self, strength: float) -> float:
        """At a place of the slider for all layers."""
        return min(1.0, self.weight * strength)


def layers_of(workbench: Workbench, results: ScanResults) -> list[Layer]:
    """What can be shown of a scan now, the image first; empty while there are no copies of it. For a thread of its own.

    The lesion is that of the plan, in its parts; the painted one before there is a plan. Cement is that of the last
    injection, as long as it belongs to the scan and the plan as they are.
    """
    scan, derived = results.scan, workbench.scans.derived(results.scan.id)
    if not view_file(derived, PartRole.IMAGE).is_file():
        return []
    layers = [Layer("image", ShownVolume(_copy(scan, PartRole.IMAGE), window=BONE_WINDOW_HU))]
    if view_file(derived, PartRole.LABELS).is_file():
        colours = label_colours()
        layers.append(Layer("labels", ShownVolume(_copy(scan, PartRole.LABELS), colors=colours)))
    layers += _lesion(workbench, results)
    injection = results.simulated.get(SimulatedKind.INJECTION)
    if injection is not None and not results.is_outdated(injection):
        file = fill_file(workbench.jobs.results_folder(injection.job.number))
        volume = ShownVolume(result_address(injection.job.number, f"report/{file.name}"), colors={1: CEMENT})
        layers.append(Layer("cement_fill", volume, 2.4, {"cement": CEMENT}))
    return layers


def _lesion(workbench: Workbench, results: ScanResults) -> list[Layer]:
    planned = results.planned_by
    if planned is not None and results.plan is not None and not results.is_stale(results.plan):
        file = workbench.jobs.results_folder(planned.number) / "report" / LESION_FILE
        if file.is_file():
            colours = {CODES[part]: LESION_PARTS[part] for part in CODES}
            volume = ShownVolume(result_address(planned.number, f"report/{LESION_FILE}"), colors=colours)
            legend = {part.replace(" ", "_"): LESION_PARTS[part] for part in CODES}
            return [Layer("lesion", volume, 1.7, legend)]
    if view_file(workbench.scans.derived(results.scan.id), PartRole.LESION).is_file():
        colour = LESION_PARTS["in bone"]
        address = _copy(results.scan, PartRole.LESION)
        volume = ShownVolume(address, colors=one_colour(colour))
        return [Layer("lesion", volume, 1.7, {"lesion": colour})]
    return []


def _copy(scan: Scan, role: PartRole) -> str:
    return f"{API}/scans/{scan.id}/view/{role}.nii.gz"
