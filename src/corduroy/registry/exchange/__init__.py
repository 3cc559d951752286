"""Exchange with the world: sheets and REDCap in; tables, REDCap and FHIR out."""

from corduroy.registry.exchange.mapping import Mapping, load_mapping
from corduroy.registry.exchange.problems import Place, Problem
from corduroy.registry.exchange.reading import NewRecords, Reading
from corduroy.registry.exchange.table import read_table

__all__ = [
    "Mapping",
    "NewRecords",
    "Place",
    "Problem",
    "Reading",
    "load_mapping",
    "read_table",
]
