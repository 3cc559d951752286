"""What can be said about a paper: one model per kind of claim, with the numbers as they stand in print."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from corduroy.study.published.fields import Count, HowMany, PValue, Spread, Step, Subjects, Text, Value, shown

_MOST_STEPS = 10**12


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Claim(_Model):
    """What every claim says about itself."""

    id: Text | None = None
    """A name of one's own, repeated in the results."""

    what: Text
    """What the numbers are about, in a few words."""

    source: Text | None = None
    """DOI or citation, where it differs from the paper's."""

    place: Text | None = None
    """Where in the paper: abstract, table 2 ..."""

    note: Text | None = None
    """Anything else; repeated, not read."""


class MeanClaim(Claim):
    """Mean, and perhaps SD, of whole numbers (GRIM, GRIMMER)."""

    kind: Literal["mean"]
    n: Subjects
    mean: Value
    sd: Spread | None = None
    unit: Step = Fraction(1)
    """What the data were recorded in: 1, 0.5, 50 ...; 100 for a percentage of yes and no."""
    items: Subjects = 1
    """How many questions are averaged within each subject."""
    low: Value | None = None
    high: Value | None = None
    """The smallest and largest value that a subject can have."""

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        if self.low and self.high and self.low.value > self.high.value:
            raise ValueError(f"low not above high, got low {self.low} and high {self.high}")
        if self.n * self.items > _MOST_STEPS * self.unit:
            raise ValueError(f"n times items / unit up to {_MOST_STEPS}, beyond which any mean fits")
        return self


class PercentClaim(Claim):
    """A percentage with its count, its denominator, or both."""

    kind: Literal["percent"]
    percent: Value
    count: Count | None = None
    of: Subjects | None = None

    @model_validator(mode="after")
    def _something_to_compare(self) -> Self:
        if self.count is None and self.of is None:
            raise ValueError("count, of, or both beside the percentage, got neither")
        if self.count is not None and self.of is not None and self.count > self.of:
            raise ValueError(f"a count not above its denominator, got {self.count} of {self.of}")
        return self


class GroupNumbers(_Model):
    """One group as printed."""

    n: Annotated[Count, Field(ge=2)]
    mean: Value
    sd: Spread


MeansTest = Literal["student", "welch", "mann-whitney"]


class MeansClaim(Claim):
    """Two groups with mean and SD, and perhaps a p value."""

    kind: Literal["two means"]
    a: GroupNumbers
    b: GroupNumbers
    p: PValue | None = None
    tests: Annotated[tuple[MeansTest, ...], Field(min_length=1)] = ("student", "welch", "mann-whitney")
    """The tests to try; the one that the paper names, where it names one."""
    u: Count | None = None
    """Mann-Whitney's U, where it is known."""

    @model_validator(mode="after")
    def _possible_u(self) -> Self:
        if self.u is not None and self.u > self.a.n * self.b.n:
            raise ValueError(f"U from 0 to {self.a.n * self.b.n} (n1 times n2), got {self.u}")
        return self


class CountOf(_Model):
    """A count and its denominator."""

    count: Count
    of: Subjects

    @model_validator(mode="after")
    def _not_above(self) -> Self:
        if self.count > self.of:
            raise ValueError(f"a count not above its denominator, got {self.count} of {self.of}")
        return self


class Denominators(_Model):
    """Other denominators that the counts may have been related to."""

    a: Subjects
    b: Subjects


CountsTest = Literal["chi2", "chi2-corrected", "fisher"]


class CountsClaim(Claim):
    """Two counts and the p value of their comparison."""

    kind: Literal["two counts"]
    a: CountOf
    b: CountOf
    p: PValue | None = None
    tests: Annotated[tuple[CountsTest, ...], Field(min_length=1)] = ("chi2", "chi2-corrected", "fisher")
    other_denominators: tuple[Denominators, ...] = ()

    @model_validator(mode="after")
    def _counts_fit_denominators(self) -> Self:
        for pair in self.other_denominators:
            if self.a.count > pair.a or self.b.count > pair.b:
                raise ValueError(f"other denominators not below the counts, got {pair.a} and {pair.b}")
        return self


class PairedClaim(Claim):
    """A p value for a change within the same few patients."""

    kind: Literal["paired"]
    n: Subjects
    p: PValue
    test: Literal["signed-rank", "sign", "t", "unknown"] = "unknown"
    unchanged: Count = 0
    """Patients without any change: rank tests drop them."""
    mean_change: Value | None = None
    sd_change: Spread | None = None
    """Mean and SD of the differences, where printed: they fix the paired t-test."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.unchanged > self.n:
            raise ValueError(f"not more unchanged patients than n = {self.n}, got {self.unchanged}")
        if (self.mean_change is None) != (self.sd_change is None):
            raise ValueError("mean_change and sd_change together, or neither")
        return self


class GradesClaim(Claim):
    """Ordinal grades before and after, and who is said to have improved."""

    kind: Literal["grades"]
    grades: Annotated[tuple[Text, ...], Field(min_length=2, max_length=20)]
    """From the worst to the best."""
    before: dict[Text, Count]
    after: dict[Text, Count]
    by: Subjects = 1
    """How many grades better counts as improved."""
    improved: HowMany | None = None
    worsened: Count | None = None
    p: PValue | None = None

    @model_validator(mode="after")
    def _known_grades(self) -> Self:
        if len(set(self.grades)) != len(self.grades):
            raise ValueError("each grade once")
        for grade in (*self.before, *self.after):
            if grade not in self.grades:
                raise ValueError(f"only the grades {', '.join(self.grades)}, got {shown(grade)}")
        if not sum(self.before.values()) or not sum(self.after.values()):
            raise ValueError("at least one patient before and after")
        return self


class SumClaim(Claim):
    """Parts and their total."""

    kind: Literal["sum"]
    parts: Annotated[tuple[Count, ...], Field(min_length=1, max_length=200)]
    total: Count
    of: Subjects | None = None
    percent: Value | None = None


class Version(_Model):
    """One place where a number is printed."""

    source: Text
    value: Value


class VersionsClaim(Claim):
    """One number printed in several places."""

    kind: Literal["versions"]
    versions: Annotated[tuple[Version, ...], Field(min_length=2, max_length=50)]


class RecoveryClaim(Claim):
    """A recovery rate computed from the means before and after."""

    kind: Literal["recovery"]
    before: Value
    after: Value
    full: Value
    percent: Value | None = None


class ProportionClaim(Claim):
    """A count with its exact interval."""

    kind: Literal["proportion"]
    count: Count
    of: Subjects
    percent: Value | None = None
    low: Value | None = None
    high: Value | None = None
    """Limits of a 95 % interval in percent."""

    @model_validator(mode="after")
    def _not_above(self) -> Self:
        if self.count > self.of:
            raise ValueError(f"a count not above its denominator, got {self.count} of {self.of}")
        return self


class RateClaim(Claim):
    """Events in a time of observation."""

    kind: Literal["rate"]
    events: Count
    person_years: Value
    low: Value | None = None
    high: Value | None = None
    """Limits of a 95 % interval, events per person-year."""

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.person_years.value <= 0:
            raise ValueError(f"a time above zero, got {self.person_years}")
        return self


AnyClaim = Annotated[
    MeanClaim
    | PercentClaim
    | MeansClaim
    | CountsClaim
    | PairedClaim
    | GradesClaim
    | SumClaim
    | VersionsClaim
    | RecoveryClaim
    | ProportionClaim
    | RateClaim,
    Field(discriminator="kind"),
]


class Paper(_Model):
    """One paper, or one question about several."""

    title: Text
    source: Text | None = None
    claims: Annotated[tuple[AnyClaim, ...], Field(min_length=1, max_length=1000)]
