"""Names of files that one command leaves beside its report and another one reads."""

from __future__ import annotations

LESION_FILE = "lesion.nii.gz"
"""The plan's lesion in its parts, numbered as `corduroy.planning.lesion_parts.CODES`."""

RESECTED_FILE = "resected.nii.gz"
"""What the planned laminectomy takes away."""

INJECTED_FILE = "injection_fill.nii.gz"
"""The simulated cement."""
