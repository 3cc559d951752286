"""Allowed values: labels, lenient spelling, and no way from one scale into another."""

import copy
import inspect
import json
import pickle
import typing

import pytest
from pydantic import BaseModel, ValidationError

import corduroy.scales as scales
from corduroy.errors import InputError, ScaleError
from corduroy.scales import (
    AisGrade,
    ClavienDindoGrade,
    EsccGrade,
    FrankelGrade,
    LabelledInt,
    LabelledStr,
    NurickGrade,
    Sir2017Grade,
    SirOldGrade,
    TomitaType,
    YeomType,
    all_scales,
)

ENUMS = [
    value
    for value in vars(scales).values()
    if inspect.isclass(value) and issubclass(value, LabelledStr | LabelledInt) and len(value)
]


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
def test_every_choice_has_a_label_fit_for_a_data_dictionary(kind: type[LabelledStr]) -> None:
    labels = [member.label for member in kind]
    assert all(label and label == label.strip() and "|" not in label and "\n" not in label for label in labels)
    assert len(set(labels)) == len(labels)
    assert not any(label.startswith(("=", "+", "-", "@")) for label in labels)


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
def test_a_choice_survives_text_pickle_copy_and_json(kind: type[LabelledStr]) -> None:
    for member in kind:
        assert kind(member.value) is member
        assert kind(str(member.value)) is member
        assert kind(f" {member.value} ") is member
        assert pickle.loads(pickle.dumps(member)) is member
        assert copy.deepcopy(member) is member
        assert json.loads(json.dumps(member)) == member.value


def test_codes_are_accepted_in_any_case() -> None:
    assert FrankelGrade("d") is FrankelGrade.D
    assert ClavienDindoGrade("iiia") is ClavienDindoGrade.IIIA
    assert EsccGrade("1C") is EsccGrade.G1C
    assert YeomType("b") is YeomType.B
    assert NurickGrade("4") is NurickGrade.WALKS_WITH_HELP


@pytest.mark.parametrize("bad", ["F", "", "AB", 1, None, 2.5])
def test_what_is_no_frankel_grade_is_refused_with_the_choices(bad: object) -> None:
    with pytest.raises(ScaleError, match="expected one of A, B, C, D, E"):
        FrankelGrade(bad)


@pytest.mark.parametrize("bad", [6, -1, "six", 2.5, None])
def test_what_is_no_nurick_grade_is_refused_with_the_choices(bad: object) -> None:
    with pytest.raises(ScaleError, match="expected one of 0, 1, 2, 3, 4, 5"):
        NurickGrade(bad)


def test_equal_codes_of_two_scales_are_not_equal() -> None:
    assert FrankelGrade.A != AisGrade.A
    assert AisGrade.A not in [FrankelGrade.A]
    assert NurickGrade(2) != Sir2017Grade(2)
    assert FrankelGrade.A == "A"
    assert NurickGrade(2) == 2
    assert len({FrankelGrade.A, AisGrade.A, SirOldGrade.A}) == 3


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (AisGrade, FrankelGrade.A),
        (FrankelGrade, AisGrade.E),
        (SirOldGrade, FrankelGrade.A),
        (TomitaType, NurickGrade(2)),
    ],
)
def test_no_scale_takes_a_value_of_another(kind: type[LabelledStr], value: object) -> None:
    with pytest.raises(InputError, match="no value is mapped between scales"):
        kind(value)


def test_a_pydantic_model_takes_codes_and_refuses_another_scales_value() -> None:
    class Record(BaseModel):
        ais: AisGrade
        nurick: NurickGrade = NurickGrade(0)

    assert Record(ais="b").ais is AisGrade.B  # type: ignore[arg-type]
    assert Record.model_validate_json('{"ais": "B", "nurick": 3}').nurick is NurickGrade(3)
    assert json.loads(Record(ais=AisGrade.D).model_dump_json()) == {"ais": "D", "nurick": 0}
    assert Record.model_json_schema()["$defs"]["AisGrade"]["enum"] == ["A", "B", "C", "D", "E"]
    for bad in ({"ais": FrankelGrade.A}, {"ais": "F"}, {"ais": "A", "nurick": Sir2017Grade(2)}):
        with pytest.raises(ValidationError):
            Record.model_validate(bad)


def test_there_is_no_conversion_between_frankel_and_ais() -> None:
    functions = [value for value in vars(scales).values() if inspect.isfunction(value)]
    assert functions
    for function in functions:
        hints = typing.get_type_hints(function)
        words = " ".join(str(hint) for hint in hints.values())
        assert not ("FrankelGrade" in words and "AisGrade" in words), function.__name__
    names = [name.lower() for name in vars(scales)]
    assert not [name for name in names if "frankel" in name and ("ais" in name or "asia" in name)]


def test_every_scale_with_two_versions_is_two_entries() -> None:
    versions = {key: scale.version for key, scale in all_scales().items()}
    for first, second in [("sir_old", "sir_2017"), ("wbb_original", "wbb_sosg"), ("mjoa_18", "joa_11")]:
        assert versions[first] != versions[second]


def test_the_exported_names() -> None:
    assert all(hasattr(scales, name) for name in scales.__all__)
    assert {"FrankelGrade", "AisGrade", "all_scales", "sins_result", "genant_grade", "BiopsyResult"} <= set(
        scales.__all__
    )
