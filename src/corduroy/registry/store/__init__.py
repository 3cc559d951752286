"""The store: records in SQLite or PostgreSQL, every change in an append-only trail."""

from corduroy.registry.store.archive import Manifest
from corduroy.registry.store.audit import AuditRow
from corduroy.registry.store.case_list import CaseFilter, CaseRow
from corduroy.registry.store.change import Change
from corduroy.registry.store.entries import Entry
from corduroy.registry.store.registry import Registry
from corduroy.registry.store.verification import Verification

__all__ = ["AuditRow", "CaseFilter", "CaseRow", "Change", "Entry", "Manifest", "Registry", "Verification"]
