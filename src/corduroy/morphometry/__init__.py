"""Heights, angles, canal and grades of vertebrae, from label maps or from a reader's points, and their change."""

from corduroy.morphometry.agreement import (
    BlandAltman,
    ReaderAgreement,
    bland_altman,
    ratings_of,
    reader_agreement,
)
from corduroy.morphometry.csv_points import read_csv_points
from corduroy.morphometry.growth import (
    PatientScale,
    expected_growth,
    expected_heights,
    expected_ratio,
    fit_patient_scale,
    has_curve,
    reference_from_curve,
)
from corduroy.morphometry.height_loss import Loss, height_losses
from corduroy.morphometry.longitudinal import Course, VertebraCourse, VisitComparison, compare_visits, follow
from corduroy.morphometry.measure import measure_spine
from corduroy.morphometry.readings import PointReading
from corduroy.morphometry.results import CanalMeasurement, SpineMeasurement, VertebraLandmarks, VertebraMeasurement
from corduroy.morphometry.settings import MorphometrySettings
from corduroy.morphometry.six_point import measure_six_points, wedge_ratio
from corduroy.morphometry.slicer_points import read_slicer_points

__all__ = [
    "BlandAltman",
    "CanalMeasurement",
    "Course",
    "Loss",
    "MorphometrySettings",
    "PatientScale",
    "PointReading",
    "ReaderAgreement",
    "SpineMeasurement",
    "VertebraCourse",
    "VertebraLandmarks",
    "VertebraMeasurement",
    "VisitComparison",
    "bland_altman",
    "compare_visits",
    "expected_growth",
    "expected_heights",
    "expected_ratio",
    "fit_patient_scale",
    "follow",
    "has_curve",
    "height_losses",
    "measure_six_points",
    "measure_spine",
    "ratings_of",
    "read_csv_points",
    "read_slicer_points",
    "reader_agreement",
    "reference_from_curve",
    "wedge_ratio",
]
