"""Exchange with the world: sheets and REDCap in; tables, REDCap and FHIR out."""

from corduroy.registry.exchange.check import RegistryCheck, check_registry
from corduroy.registry.exchange.drafting import draft_mapping
from corduroy.registry.exchange.fhir import export_fhir
from corduroy.registry.exchange.long import export_long
from corduroy.registry.exchange.mapping import Mapping, load_mapping
from corduroy.registry.exchange.problems import Place, Problem
from corduroy.registry.exchange.reading import NewRecords, Reading
from corduroy.registry.exchange.redcap_data import export_redcap
from corduroy.registry.exchange.redcap_import import read_redcap
from corduroy.registry.exchange.table import read_table
from corduroy.registry.exchange.wide import export_wide
from corduroy.registry.exchange.writing import look_up_in, write_reading

__all__ = [
    "Mapping",
    "NewRecords",
    "Place",
    "Problem",
    "Reading",
    "RegistryCheck",
    "check_registry",
    "draft_mapping",
    "export_fhir",
    "export_long",
    "export_redcap",
    "export_wide",
    "load_mapping",
    "look_up_in",
    "read_redcap",
    "read_table",
    "write_reading",
]
