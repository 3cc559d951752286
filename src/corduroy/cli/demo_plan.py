"""The plan in `corduroy demo`: the same invented patient with a hemangioma in the fractured vertebra."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from corduroy.imaging.volume import LabelMap, Volume
    from corduroy.phantom import Phantom, PlantedLesion
    from corduroy.pipeline.case import Case
    from corduroy.pipeline.plan_case import PlanRequest

_NAME = "sub-demo_ses-lesion"
_SEED = 7
_SPACING_MM = 1.25
_ORGANS_MM = 2.5
_LEVEL = "T12"
_FACTS = """\
# Invented: no such patient, no such surgeon.
confirmed_by: invented surgeon
level: T12
frankel: C
symptoms: present
pain_0_10: 7
sins:
  pain: mechanical
  bone_lesion: lytic
escc: {value: 2, basis: invented axial T2}
"""


def plan_the_demo(patient: Phantom, folder: Path) -> None:
    """Plant the lesion, write the files as a user would have them, plan, and print the plan."""
    from corduroy.cli.plan import print_places
    from corduroy.cli.plan_table import print_plan
    from corduroy.cli.progress import step_bar
    from corduroy.pipeline.file_names import LESION_FILE
    from corduroy.pipeline.plan_case import plan_case
    from corduroy.pipeline.plan_outputs import PlanOutputs
    from corduroy.reports.plan.write import write_plan_report

    with step_bar(1) as bar:
        bar.on_step("render")
        files = write_demo_case(patient, folder)
        case, request = demo_request(files)
        outputs = PlanOutputs(folder / "plan.json", folder / "plan", folder / "plan" / "steps")
        document = plan_case(case, request, None, outputs, write_plan_report, bar.on_step)
    typer.echo(f"{_LEVEL} of the same patient with an aggressive hemangioma, found and delineated by the software")
    print_plan(document)
    typer.echo(_against_truth(folder / "plan" / LESION_FILE, files["lesion"]))
    print_places(outputs.json, outputs.report)


def demo_request(files: dict[str, Path]) -> tuple[Case, PlanRequest]:
    """What the demonstration asks for, from the files of `write_demo_case`."""
    from corduroy.pipeline.case import Case
    from corduroy.pipeline.plan_case import PlanRequest

    request = PlanRequest(facts=files["facts"], structures=files["organs"], contrasted=files["contrast"])
    return Case(_NAME, files["ct"], files["seg-vert_msk"]), request


def _against_truth(found: Path, planted: Path) -> str:
    """How well the lesion that was found is the one that was planted."""
    from corduroy.imaging import read_labels

    if not found.is_file():
        return "No lesion was found, though one was planted."
    there, truth = read_labels(found).array > 0, read_labels(planted).array > 0
    dice = 2.0 * float((there & truth).sum()) / float(there.sum() + truth.sum())
    return f"Dice of the lesion found and the lesion planted: {dice:.2f}"


def write_demo_case(patient: Phantom, folder: Path) -> dict[str, Path]:
    """Scan, labels, lesion, organs and facts of the patient with a lesion, as files; by what they are."""
    from corduroy.pipeline.files import replacing

    planted = _planted(patient)
    assert planted.contrasted is not None
    names = ("ct", "contrast", "seg-vert_msk", "lesion", "organs")
    files = {name: folder / f"{_NAME}_{name}.nii.gz" for name in names}
    images = (planted.ct, planted.contrasted, planted.labels, planted.mask, _organs(patient))
    for path, image in zip(files.values(), images, strict=True):
        _write(image, path)
    files["facts"] = folder / "case.yaml"
    with replacing(files["facts"]) as temporary:
        temporary.write_text(_FACTS, encoding="utf-8")
    return files


def _planted(patient: Phantom) -> PlantedLesion:
    """A vascular hemangioma of the body and the right pedicle and lamina, through the posterior wall into the canal."""
    import numpy as np

    from corduroy.anatomy import Side, build_spine
    from corduroy.phantom import ArchPart, Breach, Family, Lesion, SoftPart, Trabeculae, WallPoint, plant

    lesion = Lesion(
        Family.VASCULAR_HEMANGIOMA,
        share_percent=75.0,
        stroma_hu=30.0,
        trabeculae=Trabeculae(3.2, 0.9),
        arch=(ArchPart("pedicle", Side.RIGHT), ArchPart("lamina", Side.RIGHT, 0.5)),
        cortical_thinning=0.5,
        breaches=(Breach(WallPoint(168.0), 7.0),),
        epidural=SoftPart(Side.RIGHT, 0.9),
        uptake_hu=70.0,
    )
    rng = np.random.default_rng(_SEED)
    ct, labels = patient.render(rng, _SPACING_MM, field="torso")
    return plant(ct, build_spine(labels, ct=ct), _LEVEL, lesion, rng)


def _organs(patient: Phantom) -> LabelMap:
    """Aorta, lungs, ribs and cord in TotalSegmentator's numbers."""
    import numpy as np

    from corduroy.imaging.volume import LabelMap
    from corduroy.phantom import Structure

    named = {
        Structure.AORTA: 52,
        Structure.LUNG_LEFT: 10,
        Structure.LUNG_RIGHT: 12,
        Structure.RIB: 92,
        Structure.CORD: 79,
    }
    structures = patient.render_structures(_ORGANS_MM, field="torso")
    table = np.zeros(max(Structure) + 1, dtype=np.uint8)
    for structure, number in named.items():
        table[structure] = number
    return LabelMap(table[structures.array], structures.affine, "organs")


def _write(image: Volume, path: Path) -> None:
    from corduroy.imaging import write_volume
    from corduroy.pipeline.files import replacing

    with replacing(path) as temporary:
        write_volume(image, temporary)
