"""The parts of a lesion by name, and their numbers in a map."""

from __future__ import annotations

from typing import Literal

PartName = Literal["in bone", "epidural", "paravertebral"]

CODES: dict[PartName, int] = {"in bone": 1, "epidural": 2, "paravertebral": 3}
"""Numbers of the parts in a lesion's map, the same as those of a planted lesion."""
