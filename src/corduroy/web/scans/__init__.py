"""The scans of the cases: uploads that are whole and sound or leave nothing, and what viewers are shown of them."""

from corduroy.web.scans.scan import Part, PartRole, Scan
from corduroy.web.scans.scans import Scans

__all__ = ["Part", "PartRole", "Scan", "Scans"]
