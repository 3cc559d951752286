"""Every published item and bound, pinned here word by word and compared with the reference table where it lies."""

import csv
from pathlib import Path

import pytest

from corduroy.scales import (
    AisGrade,
    AoModifier,
    AoMorphology,
    AoNeurology,
    Cirse2017Grade,
    ClavienDindoGrade,
    Completeness,
    EmbolizationGrade,
    EnnekingStage,
    EsccGrade,
    FrankelGrade,
    GenantGrade,
    LabelledInt,
    LabelledStr,
    MyelopathySeverity,
    NurickGrade,
    OfAnswer,
    OfGrade,
    OfHealth,
    Presence,
    SinsAlignment,
    SinsBoneLesion,
    SinsClass,
    SinsCollapse,
    SinsLocation,
    SinsPain,
    SinsPosterolateral,
    Sir2017Grade,
    SirOldGrade,
    TomitaType,
    Vascularity,
    WbbLayer,
    WbbNumbering,
    YeomType,
    all_scales,
    genant_grade,
    laredo_class,
    mjoa_severity,
    of_advice,
    sins_class,
)

TABLE = Path(__file__).parents[3] / "shared" / "reference" / "scales_definitions.csv"

# scale, code, points, the choice it became, and words that the choice's label must contain.
SINS, AO, OF = "SINS", "AO Spine thoracolumbar", "AO Spine-DGOU OF"
POSTEROLATERAL = "posterolateral involvement (facet, pedicle, costovertebral joint)"
ESCC, ENNEKING, TOMITA = "ESCC (Bilsky)", "Enneking benign (as used for VH)", "Tomita surgical classification"
AIS, YEOM, VASCULAR = "ASIA Impairment Scale", "Cement leakage (Yeom)", "Angiographic vascularity 0-3"
CLAVIEN, SIR = "Clavien-Dindo", "SIR (old, A-F)"

Row = tuple[str, str, str, LabelledStr | LabelledInt, str]
CHOICES: list[Row] = [
    (SINS, "location", "3", SinsLocation.JUNCTIONAL, "occiput-C2, C7-T2, T11-L1, L5-S1"),
    (SINS, "location", "2", SinsLocation.MOBILE, "C3-C6, L2-L4"),
    (SINS, "location", "1", SinsLocation.SEMIRIGID, "T3-T10"),
    (SINS, "location", "0", SinsLocation.RIGID, "S2-S5"),
    (SINS, "pain", "3", SinsPain.MECHANICAL, "better lying down"),
    (SINS, "pain", "1", SinsPain.OCCASIONAL, "not mechanical"),
    (SINS, "pain", "0", SinsPain.NONE, "painless"),
    (SINS, "bone lesion", "2", SinsBoneLesion.LYTIC, "lytic"),
    (SINS, "bone lesion", "1", SinsBoneLesion.MIXED, "mixed"),
    (SINS, "bone lesion", "0", SinsBoneLesion.BLASTIC, "blastic"),
    (SINS, "alignment", "4", SinsAlignment.SUBLUXATION, "subluxation or translation"),
    (SINS, "alignment", "2", SinsAlignment.DEFORMITY, "de novo deformity"),
    (SINS, "alignment", "0", SinsAlignment.NORMAL, "normal"),
    (SINS, "vertebral body collapse", "3", SinsCollapse.MORE_THAN_HALF, "above 50 %"),
    (SINS, "vertebral body collapse", "2", SinsCollapse.UP_TO_HALF, "below 50 %"),
    (SINS, "vertebral body collapse", "1", SinsCollapse.INVOLVED, "more than 50 % of the body involved"),
    (SINS, "vertebral body collapse", "0", SinsCollapse.NONE, "none of these"),
    (SINS, POSTEROLATERAL, "3", SinsPosterolateral.BILATERAL, "bilateral"),
    (SINS, POSTEROLATERAL, "1", SinsPosterolateral.UNILATERAL, "unilateral"),
    (SINS, POSTEROLATERAL, "0", SinsPosterolateral.NONE, "none"),
    (SINS, "total 0-6", "", SinsClass.STABLE, "0 to 6"),
    (SINS, "total 7-12", "", SinsClass.INDETERMINATE, "7 to 12"),
    (SINS, "total 13-18", "", SinsClass.UNSTABLE, "13 to 18"),
    (ESCC, "0", "", EsccGrade.G0, "bone only"),
    (ESCC, "1a", "", EsccGrade.G1A, "epidural, thecal sac not deformed"),
    (ESCC, "1b", "", EsccGrade.G1B, "thecal sac deformed, cord not touched"),
    (ESCC, "1c", "", EsccGrade.G1C, "cord touched but not compressed"),
    (ESCC, "2", "", EsccGrade.G2, "cord compressed, cerebrospinal fluid still visible"),
    (ESCC, "3", "", EsccGrade.G3, "cord compressed, no cerebrospinal fluid visible"),
    (ENNEKING, "S1", "", EnnekingStage.S1, "latent, inside the compartment, no symptoms"),
    (ENNEKING, "S2", "", EnnekingStage.S2, "active, inside the compartment, with symptoms"),
    (ENNEKING, "S3", "", EnnekingStage.S3, "aggressive, outside the compartment, with symptoms"),
    (TOMITA, "1", "", TomitaType.BODY, "vertebral body"),
    (TOMITA, "2", "", TomitaType.PEDICLE, "pedicle"),
    (TOMITA, "3", "", TomitaType.LAMINA, "body to lamina"),
    (TOMITA, "4", "", TomitaType.EPIDURAL, "epidural extension"),
    (TOMITA, "5", "", TomitaType.PARAVERTEBRAL, "paravertebral extension"),
    (TOMITA, "6", "", TomitaType.ADJACENT, "adjacent vertebra"),
    (TOMITA, "7", "", TomitaType.MULTIPLE, "multiple"),
    ("WBB", "zones 1-12", "original", WbbNumbering.ORIGINAL, "clockwise from the split spinous process"),
    ("WBB", "zones 1-12", "SOSG", WbbNumbering.SOSG, "counter-clockwise from the left half of the spinous process"),
    ("WBB", "A", "", WbbLayer.A, "extraosseous soft tissue"),
    ("WBB", "B", "", WbbLayer.B, "intraosseous, superficial"),
    ("WBB", "C", "", WbbLayer.C, "intraosseous, deep"),
    ("WBB", "D", "", WbbLayer.D, "extraosseous, extradural"),
    ("WBB", "E", "", WbbLayer.E, "extraosseous, intradural"),
    ("Genant SQ", "0", "", GenantGrade.NORMAL, "below 20 %"),
    ("Genant SQ", "1", "", GenantGrade.MILD, "20 to 25 %"),
    ("Genant SQ", "2", "", GenantGrade.MODERATE, "25 to 40 %"),
    ("Genant SQ", "3", "", GenantGrade.SEVERE, "above 40 %"),
    (AO, "A0", "", AoMorphology.A0, "minor, non-structural (transverse or spinous process)"),
    (AO, "A1", "", AoMorphology.A1, "wedge compression, one endplate, posterior wall intact"),
    (AO, "A2", "", AoMorphology.A2, "both endplates, posterior wall intact"),
    (AO, "A3", "", AoMorphology.A3, "incomplete burst, posterior wall involved, one endplate"),
    (AO, "A4", "", AoMorphology.A4, "complete burst, posterior wall involved, both endplates"),
    (AO, "B1", "", AoMorphology.B1, "Chance"),
    (AO, "B2", "", AoMorphology.B2, "posterior tension band, bony or ligamentous, with a type A"),
    (AO, "B3", "", AoMorphology.B3, "hyperextension"),
    (AO, "C", "", AoMorphology.C, "displacement or translation"),
    (AO, "N0", "", AoNeurology.N0, "intact"),
    (AO, "N1", "", AoNeurology.N1, "transient"),
    (AO, "N2", "", AoNeurology.N2, "radicular"),
    (AO, "N3", "", AoNeurology.N3, "incomplete cord lesion or any cauda equina"),
    (AO, "N4", "", AoNeurology.N4, "complete cord"),
    (AO, "NX", "", AoNeurology.NX, "unknown"),
    (AO, "M1", "", AoModifier.M1, "posterior ligamentous complex indeterminate"),
    (AO, "M2", "", AoModifier.M2, "ankylosing spondylitis, osteoporosis"),
    (OF, "OF1", "", OfGrade.OF1, "no deformation, oedema on STIR only"),
    (OF, "OF2", "", OfGrade.OF2, "less than 1/5"),
    (OF, "OF3", "", OfGrade.OF3, "more than 1/5"),
    (OF, "OF4", "", OfGrade.OF4, "both endplates"),
    (OF, "OF5", "", OfGrade.OF5, "tension band failure"),
    (AIS, "A", "", AisGrade.A, "no sensory or motor function in S4-S5"),
    (AIS, "B", "", AisGrade.B, "no motor function more than three levels below"),
    (AIS, "C", "", AisGrade.C, "more than half"),
    (AIS, "D", "", AisGrade.D, "at least half"),
    (AIS, "E", "", AisGrade.E, "after an earlier deficit"),
    ("Frankel", "A", "", FrankelGrade.A, "no motor and no sensory"),
    ("Frankel", "B", "", FrankelGrade.B, "sensory function only"),
    ("Frankel", "C", "", FrankelGrade.C, "not useful"),
    ("Frankel", "D", "", FrankelGrade.D, "useful motor"),
    ("Frankel", "E", "", FrankelGrade.E, "normal (abnormal reflexes allowed)"),
    ("Nurick", "0", "", NurickGrade(0), "root symptoms only, or normal"),
    ("Nurick", "1", "", NurickGrade(1), "signs of cord compression, normal gait"),
    ("Nurick", "2", "", NurickGrade(2), "gait difficulty, fully employed"),
    ("Nurick", "3", "", NurickGrade(3), "prevents employment, walks unassisted"),
    ("Nurick", "4", "", NurickGrade(4), "cannot walk without assistance"),
    ("Nurick", "5", "", NurickGrade(5), "wheelchair or bed-bound"),
    ("mJOA (18 point)", "15-17", "", MyelopathySeverity.MILD, "15 to 17"),
    ("mJOA (18 point)", "12-14", "", MyelopathySeverity.MODERATE, "12 to 14"),
    ("mJOA (18 point)", "0-11", "", MyelopathySeverity.SEVERE, "0 to 11"),
    (YEOM, "B", "", YeomType.B, "basivertebral vein"),
    (YEOM, "S", "", YeomType.S, "segmental vein"),
    (YEOM, "C", "", YeomType.C, "cortical defect"),
    (YEOM, "D", "", YeomType.D, "disc (later addition)"),
    (VASCULAR, "0", "", Vascularity.AS_NEIGHBOUR, "same as the normal adjacent vertebral body"),
    (VASCULAR, "1", "", Vascularity.ONE, "wording not read"),
    (VASCULAR, "2", "", Vascularity.TWO, "wording not read"),
    (VASCULAR, "3", "", Vascularity.SEVERE, "severe blush with arteriovenous shunting"),
    (CLAVIEN, "I", "", ClavienDindoGrade.I, "no treatment needed"),
    (CLAVIEN, "II", "", ClavienDindoGrade.II, "drugs, transfusion or parenteral nutrition"),
    (CLAVIEN, "IIIa", "", ClavienDindoGrade.IIIA, "without general anaesthesia"),
    (CLAVIEN, "IIIb", "", ClavienDindoGrade.IIIB, "under general anaesthesia"),
    (CLAVIEN, "IVa", "", ClavienDindoGrade.IVA, "intensive care, failure of one organ, dialysis included"),
    (CLAVIEN, "IVb", "", ClavienDindoGrade.IVB, "several organs"),
    (CLAVIEN, "V", "", ClavienDindoGrade.V, "death"),
    (SIR, "A minor", "", SirOldGrade.A, "(minor): no therapy, no consequence"),
    (SIR, "B minor", "", SirOldGrade.B, "(minor): nominal therapy, overnight observation included"),
    (SIR, "C major", "", SirOldGrade.C, "(major): therapy, hospital stay under 48 h"),
    (SIR, "D major", "", SirOldGrade.D, "(major): major therapy, unplanned increase of care, prolonged hospital stay"),
    (SIR, "E major", "", SirOldGrade.E, "(major): permanent adverse sequelae"),
    (SIR, "F major", "", SirOldGrade.F, "(major): death"),
]

# Rows that are rules rather than choices; each is tested below or in the file named beside it.
RULES = {
    (SINS, "pain: 'No'=2", ""),
    *(("Laredo 1986", str(sign), "1") for sign in range(1, 7)),
    ("Laredo 1986", ">=3", ""),
    ("Genant SQ", "0.5", ""),
    ("OF score", "morphology OF1-5", "2-10"),
    ("OF score", "T-score <-3 or qCT <=90 HU", "1"),
    ("OF score", "deformity progression yes/no", "+1/-1"),
    ("OF score", "VAS >=5 / <5 under analgesia", "+1/-1"),
    ("OF score", "N2-N4", "2"),
    ("OF score", "mobilisation no/yes", "+1/-1"),
    ("OF score", "ASA>3, mFI>2, anticoagulation", "-1 each, max -2"),
    ("OF score", "0-5 / 6 / >6", ""),
    ("JOA thoracic", "0-11", ""),
    ("Embolization degree", "complete / near-complete / partial", ""),
    ("Embolization grade A-E", "A..E", ""),
    ("SIR 2017", "1-5", ""),
    ("CIRSE 2017", "1-6", ""),
}


@pytest.mark.parametrize(("scale", "code", "points", "choice", "words"), CHOICES)
def test_a_published_row(scale: str, code: str, points: str, choice: LabelledStr, words: str) -> None:
    assert words.casefold() in choice.label.casefold()
    if isinstance(choice, LabelledInt) and points:
        assert choice == int(points)
    elif scale not in {SINS, "WBB", "mJOA (18 point)"}:
        assert str(choice.value) == code.split()[0]


def test_every_row_of_the_reference_table_is_pinned_here() -> None:
    if not TABLE.exists():
        pytest.skip("the reference table ../shared/reference/scales_definitions.csv is not here")
    numbering = {"original": "original", "Spine Oncology Study Group modification": "SOSG"}
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = {
            (row["scale"], row["code"], numbering.get(row["version_or_source"], row["points"]))
            for row in csv.DictReader(file)
        }
    assert len(rows) > 100
    assert rows == {row[:3] for row in CHOICES} | RULES


def test_no_choice_of_a_published_scale_was_added() -> None:
    for kind in {type(row[3]) for row in CHOICES} - {MyelopathySeverity}:
        assert {row[3] for row in CHOICES if type(row[3]) is kind} == set(kind)
    assert set(MyelopathySeverity) - {row[3] for row in CHOICES} == {MyelopathySeverity.NONE}


def test_the_rejected_row_stays_rejected() -> None:
    assert SinsPain.NONE == 0
    assert 2 not in set(map(int, SinsPain))


@pytest.mark.parametrize(
    ("totals", "grade"),
    [(range(7), SinsClass.STABLE), (range(7, 13), SinsClass.INDETERMINATE), (range(13, 19), SinsClass.UNSTABLE)],
)
def test_sins_bounds(totals: range, grade: SinsClass) -> None:
    assert {sins_class(total) for total in totals} == {grade}


@pytest.mark.parametrize(
    ("totals", "band"),
    [
        (range(12), MyelopathySeverity.SEVERE),
        (range(12, 15), MyelopathySeverity.MODERATE),
        (range(15, 18), MyelopathySeverity.MILD),
        (range(18, 19), MyelopathySeverity.NONE),
    ],
)
def test_mjoa_bounds(totals: range, band: MyelopathySeverity) -> None:
    assert {mjoa_severity(total) for total in totals} == {band}


def test_genant_has_no_computed_half_grade() -> None:
    assert {genant_grade(loss / 4) for loss in range(401)} == set(GenantGrade)
    assert 0.5 not in set(map(float, GenantGrade))


def test_laredo_counts_six_signs_and_turns_at_three() -> None:
    labels = [item.label for item in all_scales()["laredo"].items]
    assert labels == [
        "Location T3-T9",
        "Whole vertebral body involved",
        "Extension to the neural arch",
        "Expanded cortex with indistinct margins",
        "Irregular honeycomb pattern",
        "Soft-tissue mass",
    ]
    assert [laredo_class(count).value for count in range(7)] == ["below 3"] * 3 + ["3 or more"] * 4
    assert (int(Presence.ABSENT), int(Presence.PRESENT)) == (0, 1)


OF_POINTS = {
    "morphology": dict(zip(OfGrade, (2, 4, 6, 8, 10), strict=True)),
    "low_density": {OfAnswer.YES: 1, OfAnswer.NO: 0, OfAnswer.UNKNOWN: 0},
    "progression": {OfAnswer.YES: 1, OfAnswer.NO: -1, OfAnswer.UNKNOWN: 0},
    "pain": {OfAnswer.YES: 1, OfAnswer.NO: -1, OfAnswer.UNKNOWN: 0},
    "deficit": {OfAnswer.YES: 2, OfAnswer.NO: 0, OfAnswer.UNKNOWN: 0},
    "mobilised": {OfAnswer.YES: -1, OfAnswer.NO: 1, OfAnswer.UNKNOWN: 0},
    "health": {OfHealth.NONE: 0, OfHealth.ONE: -1, OfHealth.SEVERAL: -2, OfHealth.UNKNOWN: 0},
}


def test_the_of_scores_points_and_bounds() -> None:
    items = {item.key: item for item in all_scales()["of_score"].items}
    assert {
        key: {choice: item.points_of(choice) for choice in item.choices} for key, item in items.items()
    } == OF_POINTS
    assert [of_advice(total).value for total in (0, 5, 6, 7, 16)] == [
        "conservative",
        "conservative",
        "either",
        "surgery",
        "surgery",
    ]


def test_totals_and_grades_without_a_row_of_their_own() -> None:
    scales = all_scales()
    assert (scales["joa_11"].minimum, scales["joa_11"].maximum) == (0, 11)
    assert (scales["mjoa_18"].minimum, scales["mjoa_18"].maximum) == (0, 18)
    assert [choice.value for choice in Completeness] == ["complete", "near-complete", "partial"]
    assert "".join(choice.value for choice in EmbolizationGrade) == "ABCDE"
    assert ("none" in EmbolizationGrade.A.label, "total" in EmbolizationGrade.E.label) == (True, True)
    assert [grade.label.split(": ")[1] for grade in Sir2017Grade] == [
        "mild",
        "moderate",
        "severe",
        "life-threatening or disabling",
        "death",
    ]
    assert list(map(int, Cirse2017Grade)) == [1, 2, 3, 4, 5, 6]
    assert "same session" in Cirse2017Grade(1).label
    assert "permanent severe" in Cirse2017Grade(5).label
    assert "death" in Cirse2017Grade(6).label
