"""What no image knows: the clinical facts of a case, read from `case.yaml`, each with the person who stands for it."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from corduroy.anatomy.level import Level
from corduroy.errors import SettingsError
from corduroy.planning.plan_settings import PlanSettings
from corduroy.planning.yaml_file import first_problem, read_yaml
from corduroy.scales import (
    AisGrade,
    Compartment,
    EsccGrade,
    FrankelGrade,
    NurickGrade,
    Presence,
    SinsAlignment,
    SinsBoneLesion,
    SinsCollapse,
    SinsLocation,
    SinsPain,
    SinsPosterolateral,
    Symptoms,
    TomitaType,
)
from corduroy.scales.items import Confirmed

T = TypeVar("T")


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Stated(_Facts, Generic[T]):
    """One fact: a bare value in the file, or ``{value: ..., by: ..., basis: ...}`` where another person stands for
    it."""

    value: T
    """The value, in the words or numbers of its scale."""

    by: str = ""
    """Who stands for it; empty: whoever `confirmed_by` names."""

    basis: str = ""
    """What it rests on, such as "axial T2, 3 March"."""

    @model_validator(mode="before")
    @classmethod
    def _bare_value(cls, given: Any) -> Any:
        return given if isinstance(given, dict | Stated) else {"value": given}


def _named(given: Any) -> Any:
    """A choice by its name in lower case (``mechanical``), as people write it; codes and labels go on as they are."""
    return given.replace("-", "_").replace(" ", "_").upper() if isinstance(given, str) else given


def _by_name(kind: type[Enum]) -> BeforeValidator:
    def choose(given: Any) -> Any:
        name = _named(given)
        return kind[name] if isinstance(name, str) and name in kind.__members__ else given

    return BeforeValidator(choose)


Pain = Annotated[SinsPain, _by_name(SinsPain)]
BoneLesion = Annotated[SinsBoneLesion, _by_name(SinsBoneLesion)]
Location = Annotated[SinsLocation, _by_name(SinsLocation)]
Alignment = Annotated[SinsAlignment, _by_name(SinsAlignment)]
Collapse = Annotated[SinsCollapse, _by_name(SinsCollapse)]
Posterolateral = Annotated[SinsPosterolateral, _by_name(SinsPosterolateral)]
Tomita = Annotated[TomitaType, _by_name(TomitaType)]
Sign = Annotated[Presence, _by_name(Presence)]


class SinsFacts(_Facts):
    """Items of SINS as a person set them; what is left out is proposed from imaging, or not assessed."""

    location: Stated[Location] | None = None
    """``junctional``, ``mobile``, ``semirigid`` or ``rigid``; otherwise from the level."""

    pain: Stated[Pain] | None = None
    """``mechanical``, ``occasional`` or ``none``; never proposed."""

    bone_lesion: Stated[BoneLesion] | None = None
    """``lytic``, ``mixed`` or ``blastic``; never proposed."""

    alignment: Stated[Alignment] | None = None
    """``normal``, ``deformity`` (de novo) or ``subluxation``."""

    collapse: Stated[Collapse] | None = None
    """``none``, ``involved``, ``up to half`` or ``more than half``."""

    posterolateral: Stated[Posterolateral] | None = None
    """``none``, ``unilateral`` or ``bilateral``."""


class LaredoFacts(_Facts):
    """Laredo's signs as a person saw them: ``present`` or ``absent``."""

    location: Stated[Sign] | None = None
    """T3-T9."""

    whole_body: Stated[Sign] | None = None
    """The whole vertebral body is involved."""

    neural_arch: Stated[Sign] | None = None
    """Extension to the neural arch."""

    cortex: Stated[Sign] | None = None
    """Expanded cortex with indistinct margins."""

    honeycomb: Stated[Sign] | None = None
    """Irregular honeycomb pattern."""

    soft_tissue: Stated[Sign] | None = None
    """Soft-tissue mass."""


class ClinicalFacts(_Facts):
    """The clinical facts of one case. Everything but `confirmed_by` may be left out; nothing is guessed then."""

    confirmed_by: str = Field(min_length=1)
    """The person who stands for all facts that name nobody else."""

    level: Level | None = None
    """Level of the lesion, such as T12; the command's ``--level`` goes before it."""

    aggressive: Stated[bool] | None = None
    """Whether the hemangioma is aggressive; otherwise from the Enneking stage (S3)."""

    fracture: Stated[bool] | None = None
    """Compression fracture of the vertebra; otherwise from the measured height loss."""

    deficit: Stated[bool] | None = None
    """Neurological deficit; otherwise from the Frankel grade (A to D)."""

    symptoms: Stated[Symptoms] | None = None
    """``present`` or ``none``: symptoms caused by the lesion."""

    frankel: Stated[FrankelGrade] | None = None
    """Frankel grade A to E."""

    ais: Stated[AisGrade] | None = None
    """ASIA impairment scale A to E; never mapped from Frankel."""

    nurick: Stated[NurickGrade] | None = None
    """Nurick grade 0 to 5."""

    joa_11: Stated[Annotated[float, Field(ge=0, le=11)]] | None = None
    """Thoracic JOA, 0 to 11 points."""

    pain_0_10: Stated[Annotated[float, Field(ge=0, le=10)]] | None = None
    """Back pain, 0 to 10 points."""

    sins: SinsFacts = SinsFacts()
    """Items of SINS."""

    laredo: LaredoFacts = LaredoFacts()
    """Laredo's signs."""

    escc: Stated[EsccGrade] | None = None
    """ESCC grade on axial T2 MRI: 0, 1a, 1b, 1c, 2 or 3."""

    compartment: Stated[Compartment] | None = None
    """``inside`` or ``outside`` the bone."""

    tomita: Stated[Tomita] | None = None
    """Tomita type 1 to 7."""

    body_mass_kg: Stated[Annotated[float, Field(ge=20, le=250)]] | None = None
    """Body mass in kg, for the loads of `corduroy mechanics`."""

    contraindications: tuple[str, ...] = ()
    """What speaks against a biopsy, in words, such as "warfarin, INR 2.8"."""

    plan: PlanSettings | None = None
    """Settings of this case's plan; the command's ``--settings`` goes before them."""

    @model_validator(mode="after")
    def _grade_and_deficit_agree(self) -> Self:
        if self.frankel is None or self.deficit is None:
            return self
        if self.deficit.value and self.frankel.value is FrankelGrade.E:
            raise ValueError("a deficit with Frankel E (normal): one of the two is wrong")
        if not self.deficit.value and self.frankel.value is not FrankelGrade.E:
            raise ValueError(f"no deficit with Frankel {self.frankel.value.value}: one of the two is wrong")
        return self

    def item(self, stated: Stated[T] | None) -> Confirmed[T] | None:
        """A fact as a confirmed item of a scale; None if it was not stated."""
        if stated is None:
            return None
        return Confirmed(stated.value, stated.by or self.confirmed_by, stated.basis)


def read_clinical_facts(path: Path) -> ClinicalFacts:
    """Read `case.yaml`.

    Raises
    ------
    FileFormatError
        If it cannot be read, or is no YAML of names and values.
    SettingsError
        If a name is unknown or a value is not on its scale; the message names the first and counts the others.
    """
    document = read_yaml(path, "the clinical facts of one case", "confirmed_by: A. Surgeon")
    try:
        return ClinicalFacts.model_validate(document)
    except ValidationError as error:
        raise SettingsError(first_problem(path.name, error), do="see docs/plan.md for the facts") from error
