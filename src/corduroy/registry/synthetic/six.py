"""The six invented patients as complete records."""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from corduroy.anatomy import Level
from corduroy.registry.record import (
    Assessment,
    Biopsy,
    CaseFile,
    Complication,
    Consent,
    Embolization,
    FollowUpEvent,
    ImagingStudy,
    Leak,
    MeasurementEntry,
    Operation,
    Patient,
    TreatedCase,
)
from corduroy.registry.record.choices import (
    Ambulation,
    BiopsyGuidance,
    BiopsyRoute,
    Bladder,
    BloodLossMethod,
    ComplicationType,
    ConsentScope,
    EmbolicAgent,
    EventType,
    GelatinUse,
    ImagingModality,
    ImagingPosture,
    Navigation,
    Onset,
    Presentation,
    PriorTreatment,
    Procedure,
    Quantity,
    SideInjected,
    Visit,
    Work,
    YesNoUnknown,
)
from corduroy.registry.synthetic.mark import PREFIX
from corduroy.registry.synthetic.plans import PLANS, Plan
from corduroy.scales import (
    BiopsyResult,
    ClavienDindoGrade,
    Completeness,
    EnnekingStage,
    EsccGrade,
    FrankelGrade,
    LeakModality,
    NurickGrade,
    PainCircumstance,
    PainInstrument,
    PainUnit,
    TomitaType,
    Vascularity,
)

_SEED = 6
_VISITS = (
    (Visit.PREOPERATIVE, None),
    (Visit.DISCHARGE, None),
    (Visit.MONTH_3, 3),
    (Visit.MONTH_12, 12),
    (Visit.MONTH_24, 24),
    (Visit.MONTH_36, 36),
)
_MEASURED_AT = (Visit.PREOPERATIVE, Visit.DISCHARGE, Visit.MONTH_12, Visit.MONTH_36)
_WALKING = {"B": Ambulation.WHEELCHAIR, "C": Ambulation.HELP, "D": Ambulation.AID, "E": Ambulation.INDEPENDENT}
_NURICK = {"B": 5, "C": 4, "D": 3, "E": 1}
# Invented: systematic difference and spread of a reader, in mm and in degrees.
_READERS = {"corduroy": (0.0, 0.15), "R1": (0.1, 0.35), "R2": (-0.15, 0.4)}
_SETTLED_MM = 0.35  # invented: anterior height lost again between discharge and 12 months


def six_patients() -> tuple[CaseFile, ...]:
    """The synthetic cohort: six cases whose totals are the index series'.

    Returns
    -------
    tuple of CaseFile
        Pseudonyms ``SYN-01`` to ``SYN-06``, in the order of their operations. The same on every call.
    """
    rng = np.random.default_rng(_SEED)
    return tuple(_case_file(number, plan, rng) for number, plan in enumerate(PLANS, start=1))


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or that month's last.

    Parameters
    ----------
    day : date
    months : int
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _case_file(number: int, plan: Plan, rng: np.random.Generator) -> CaseFile:
    visits = _visits(plan)
    return CaseFile(
        patient=Patient(
            pseudonym=f"{PREFIX}{number:02d}",
            sex=plan.sex,
            birth_year=plan.operated.year - plan.age,
            also_published="nowhere: an invented patient",
        ),
        case=_lesion(plan),
        consent=Consent(
            scope=ConsentScope.WAIVED, ethics_ref="none: synthetic data, no person is concerned", given_on=None
        ),
        assessments=tuple(_assessment(plan, place, visit, day) for place, (visit, day) in enumerate(visits)),
        imaging=tuple(_imaging(visits)),
        measurements=tuple(_measurements(plan, visits, rng)),
        biopsies=(_biopsy(number, plan),),
        embolizations=(_embolization(plan),),
        operations=(_operation(number, plan),),
        complications=tuple(_complications(plan)),
        leaks=(
            Leak(on=visits[1][1], level=plan.level, leaked=False, modality=LeakModality.CT),
        ),
        events=tuple(
            FollowUpEvent(on=day, type=EventType.FOLLOW_UP) for visit, day in visits[3:]
        ),
    )  # fmt: skip


def _visits(plan: Plan) -> list[tuple[Visit, date]]:
    """Planned visits a few days off their date; the last one to the day, so that the months are complete."""
    days = [(Visit.PREOPERATIVE, plan.operated - timedelta(3)), (Visit.DISCHARGE, plan.operated + timedelta(9))]
    for place, (visit, months) in enumerate(_VISITS[2:]):
        assert months is not None
        shift = 0 if months == plan.months else 2 + 3 * place
        days.append((visit, months_later(plan.operated, months) + timedelta(shift)))
    if plan.months > 36:
        days.append((Visit.LATER, months_later(plan.operated, plan.months)))
    return days


def _lesion(plan: Plan) -> TreatedCase:
    deficit = Presentation.MYELOPATHY if plan.level.region == "thoracic" else Presentation.CAUDA_EQUINA
    return TreatedCase(
        case_no=1,
        levels=(plan.level,),
        aggressive=True,
        fracture=True,
        deficit=True,
        presentation=(Presentation.PAIN, deficit, Presentation.FRACTURE),
        onset=Onset.SUBACUTE if plan.days_of_symptoms <= 91 else Onset.CHRONIC,
        symptoms_since=plan.operated - timedelta(plan.days_of_symptoms),
        prior=(PriorTreatment.NONE,),
        pregnant=YesNoUnknown.NO,
        enneking=EnnekingStage.S3,
        tomita=TomitaType.EPIDURAL,
        escc=EsccGrade.G3 if plan.canal_percent >= 50 else EsccGrade.G2,
        sins=10 if plan.frankel[0] == "D" else 12,
        consecutive=True,
    )


def _assessment(plan: Plan, place: int, visit: Visit, day: date) -> Assessment:
    grade = plan.frankel[place]
    before = visit is Visit.PREOPERATIVE
    gone = 1 - plan.odi[place] / 100
    return Assessment(
        visit=visit,
        on=day,
        pain_back=plan.pain[place],
        pain_leg=plan.leg[place],
        pain_unit=PainUnit.POINTS_10,
        pain_instrument=PainInstrument.VAS,
        pain_when=PainCircumstance.MOVING,
        analgesia=YesNoUnknown.YES if plan.pain[place] > 3 else YesNoUnknown.NO,
        frankel=FrankelGrade(grade),
        nurick=NurickGrade(_NURICK[grade]),
        joa11=plan.joa[place],
        odi=plan.odi[place],
        sf36_pcs=round(20 + 30 * gone, 1),
        sf36_mcs=round(34 + 18 * gone, 1),
        ambulation=_WALKING[grade],
        bladder=Bladder.NORMAL if grade in "DE" else Bladder.DISTURBED,
        work=Work.NONE if before or grade in "BC" else Work.REDUCED if grade == "D" else Work.FULL,
    )


def _imaging(visits: list[tuple[Visit, date]]) -> Iterator[ImagingStudy]:
    for visit, day in visits:
        if visit in _MEASURED_AT or visit is Visit.LATER:
            yield ImagingStudy(visit=visit, on=day, modality=ImagingModality.CT, posture=ImagingPosture.SUPINE)
        if visit in (Visit.PREOPERATIVE, Visit.MONTH_12, Visit.MONTH_36):
            yield ImagingStudy(visit=visit, on=day, modality=ImagingModality.MR, posture=ImagingPosture.SUPINE)


def _measurements(plan: Plan, visits: list[tuple[Visit, date]], rng: np.random.Generator) -> Iterator[MeasurementEntry]:
    for visit, day in visits:
        if visit not in _MEASURED_AT and visit is not Visit.LATER:
            continue
        truth = _shape(plan, visit)
        for reader, (shift, spread) in _READERS.items():
            for quantity, value in truth.items():
                if reader != "corduroy" and quantity in (Quantity.CANAL_COMPROMISE, Quantity.TRABECULAR_HU):
                    continue
                read = value + shift + rng.normal(0.0, spread) * (2.0 if "angle" in quantity.label else 1.0)
                yield _entry(plan.level, visit, day, quantity, round(read, 1), reader)


def _entry(level: Level, visit: Visit, day: date, quantity: Quantity, value: float, reader: str) -> MeasurementEntry:
    by_program = reader == "corduroy"
    return MeasurementEntry(
        visit=visit,
        on=day,
        level=level,
        quantity=quantity,
        value=value,
        uncertainty=1.0 if by_program else None,
        modality=ImagingModality.CT,
        posture=ImagingPosture.SUPINE,
        method="synthetic, as by Corduroy" if by_program else "synthetic, as by six points",
        reader=reader,
        reading_no=1,
    )


def _shape(plan: Plan, visit: Visit) -> dict[Quantity, float]:
    """The vertebra's true shape at a visit; the angle follows from the heights."""
    anterior, middle, posterior, reference = plan.heights_mm
    gained = 0.0 if visit is Visit.PREOPERATIVE else plan.restored_mm
    if visit not in (Visit.PREOPERATIVE, Visit.DISCHARGE):
        gained -= _SETTLED_MM
    wedge = [math.degrees(math.atan2(posterior - anterior - up, plan.body_depth_mm)) for up in (0.0, gained)]
    shape = {
        Quantity.HEIGHT_ANTERIOR: anterior + gained,
        Quantity.HEIGHT_MIDDLE: middle + 0.8 * gained,
        Quantity.HEIGHT_POSTERIOR: posterior,
        Quantity.REFERENCE_HEIGHT: reference,
        Quantity.WEDGE_ANGLE: wedge[1],
        Quantity.REGIONAL_COBB: plan.cobb_deg + wedge[1] - wedge[0],
    }
    if visit is Visit.PREOPERATIVE:
        # After a laminectomy the canal is no closed ring and no cement-filled body has a trabecular density.
        shape[Quantity.CANAL_COMPROMISE] = plan.canal_percent
        shape[Quantity.TRABECULAR_HU] = 60.0 + plan.cobb_deg
    return shape


def _biopsy(number: int, plan: Plan) -> Biopsy:
    thoracic = plan.level.region == "thoracic"
    return Biopsy(
        on=plan.operated - timedelta(8 + number),
        guidance=BiopsyGuidance.CT,
        route=BiopsyRoute.COSTOVERTEBRAL if thoracic and number % 2 else BiopsyRoute.TRANSPEDICULAR,
        gauge=13 if thoracic else 11,
        passes=3,
        result=BiopsyResult(plan.biopsy_result),
        complication=False,
    )


def _embolization(plan: Plan) -> Embolization:
    return Embolization(
        on=plan.operated - timedelta(1),
        vessels=plan.vessels,
        agents=(EmbolicAgent.PVA, EmbolicAgent.COILS),
        vascularity=Vascularity.SEVERE if plan.blood_ml > 1000 else Vascularity(2),
        completeness=Completeness.NEAR_COMPLETE if plan.blood_ml > 1000 else Completeness.COMPLETE,
        radiculomedullary=False,
        hours_to_surgery=plan.since_embolization_h,
    )


def _operation(number: int, plan: Plan) -> Operation:
    both = plan.cement_ml >= 5
    return Operation(
        on=plan.operated,
        duration_min=plan.minutes,
        blood_loss_ml=plan.blood_ml,
        blood_loss_how=BloodLossMethod.SUCTION_SPONGES,
        transfusion_u=plan.transfusion_u,
        cement_ml=plan.cement_ml,
        cement_product="invented acrylic cement",
        cement_minutes=4.0 + 0.5 * (number % 3),
        gelatin_use=GelatinUse.MIXED,
        gelatin_mg=200.0,
        injected_side=SideInjected.BOTH if both else SideInjected.LEFT if number % 2 else SideInjected.RIGHT,
        shots_left=2 if both or number % 2 else 0,
        shots_right=2 if both or not number % 2 else 0,
        laminectomy=(plan.level,),
        facets_percent=25.0 if plan.canal_percent >= 50 else 10.0,
        fixation=False,
        navigation=Navigation.FLUOROSCOPY,
    )


def _complications(plan: Plan) -> Iterator[Complication]:
    """One in six: the patient who lost most blood."""
    if plan.blood_ml == max(other.blood_ml for other in PLANS):
        yield Complication(
            on=plan.operated + timedelta(4),
            after=Procedure.OPERATION,
            type=ComplicationType.MEDICAL,
            clavien=ClavienDindoGrade.II,
            window_days=30,
            resolved=True,
        )
