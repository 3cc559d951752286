"""The report of an assessment: stiffness, strength and load sharing of the compared states."""
