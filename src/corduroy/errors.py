"""The whole exception tree on one page.

Every error is made for a person: what was got, what was expected, what to do. The command line prints that
one line and ends with exit code 2; library users catch `CorduroyError` or one of its branches.
"""

from __future__ import annotations

from collections.abc import Sequence


class CorduroyError(Exception):
    """Base of everything Corduroy raises on purpose.

    Parameters
    ----------
    got : str
        What was found, naming the file or argument.
    expected : str, optional
        What would have been accepted.
    do : str, optional
        What the user can do about it.
    """

    def __init__(self, got: str, expected: str | None = None, do: str | None = None) -> None:
        self.got = got
        self.expected = expected
        self.do = do
        parts = [got]
        if expected:
            parts.append(f"expected {expected}")
        if do:
            parts.append(do)
        super().__init__("; ".join(" ".join(part.split()) for part in parts))


class InputError(CorduroyError):
    """The input cannot be used as it is."""


class FileFormatError(InputError):
    """A file is missing, truncated, or not of the kind that its name or place promises."""


class ArchiveError(InputError):
    """A zip archive is unsafe to open: paths that leave the folder, or a size that no scan has."""


class DicomSeriesError(InputError):
    """A DICOM series is ambiguous, incomplete, or has a geometry that cannot be repaired."""


class GeometryError(InputError):
    """Dimension, affine, spacing or grid do not describe an image of a patient."""


class LabelError(InputError):
    """A label map is empty, not made of whole numbers, or speaks of vertebrae that cannot be there."""


class AmbiguousSchemeError(LabelError):
    """The labels fit several label schemes; the message lists the candidates."""


class PointsError(InputError):
    """A file of reader's points is incomplete or inconsistent."""


class CaseError(InputError):
    """A case folder does not hold what its layout promises."""


class SettingsError(InputError):
    """A setting is unknown or outside its range."""


class ScaleError(InputError, ValueError):
    """A value is not on the scale it is given for; nothing is mapped between scales. A `ValueError` for pydantic."""


class RegistryError(InputError):
    """A registry is missing, damaged, of another version, full, or cannot be reached."""


class RecordError(InputError):
    """A record, or several together, cannot be true.

    Parameters
    ----------
    got, expected, do : str
        As for every error.
    problems : sequence of str
        All of them, one line each.
    """

    def __init__(
        self, got: str, expected: str | None = None, do: str | None = None, problems: Sequence[str] = ()
    ) -> None:
        super().__init__(got, expected, do)
        self.problems = tuple(problems)


class ConflictError(CorduroyError):
    """Somebody else changed the entry meanwhile; the message says who, when and what. Nothing is merged."""


class MissingPartError(CorduroyError):
    """An optional program, package or set of weights is needed and not installed."""


class MeasurementError(CorduroyError):
    """A quantity cannot be measured on this input."""


class ModelError(InputError):
    """A model cannot be simulated as it is: impossible materials, parts without support, nothing that loads it."""


class PlanError(InputError):
    """A plan cannot be made on this input: no lesion, no skin, a structure that nobody knows."""


class SkinError(PlanError):
    """The patient's skin is not in view, so that no corridor can begin on it."""


class ConvergenceError(CorduroyError):
    """An iteration ended above its tolerance; the message says where it stood."""


class StatisticsError(CorduroyError):
    """A statistic cannot be computed on these data, or would claim more than they hold."""


class CorduroyWarning(UserWarning):
    """Base of all warnings of Corduroy."""


class RepairWarning(CorduroyWarning):
    """A defect of the input was repaired; the text names the defect and the repair."""


class DoubtWarning(CorduroyWarning):
    """A result stands on doubtful input; the text names the doubt."""


class ComparisonWarning(CorduroyWarning):
    """Two values are compared that were not obtained alike (posture, modality, reader)."""
