from .agreement import (
    BlandAltman,
    ReaderAgreement,
    bland_altman,
    ratings_of,
    reader_agreement,
)
from .csv_points import read_csv_points
from .growth import (
    PatientScale,
    expected_growth,
    expected_heights,
    expected_ratio,
    fit_patient_scale,
    has_curve,
    reference_from_curve,
)
from .height_loss import Loss, height_losses
from .longitudinal import Course, VertebraCourse, VisitComparison, compare_visits, follow
from .measure import measure_spine
from .readings import PointReading
from .results import CanalMeasurement, SpineMeasurement, VertebraLandmarks, VertebraMeasurement
from .settings import MorphometrySettings
from .six_point import measure_six_points, wedge_ratio
from .slicer_points import read_slicer_points

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
