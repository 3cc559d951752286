"""The record of a patient and the store that keeps it: one definition, nothing lost, nothing unexplained."""
