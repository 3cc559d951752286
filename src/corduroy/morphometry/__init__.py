"""Heights, angles, canal and grades of vertebrae, from label maps or from a reader's points, and their change."""

from corduroy.morphometry.measure import measure_spine
from corduroy.morphometry.results import CanalMeasurement, SpineMeasurement, VertebraLandmarks, VertebraMeasurement
from corduroy.morphometry.settings import MorphometrySettings

__all__ = [
    "CanalMeasurement",
    "MorphometrySettings",
    "SpineMeasurement",
    "VertebraLandmarks",
    "VertebraMeasurement",
    "measure_spine",
]
