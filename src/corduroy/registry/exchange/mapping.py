"""The mapping file: which column of which sheet feeds which field of which record, and how its cells are written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from corduroy.errors import SettingsError

FORM = "corduroy-import/1"
TODO = "TODO"
"""What a draft leaves to a person; a mapping that holds it is refused."""

_MOST_BYTES = 2**20


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Part):
    """Where a field's value comes from and how it is written there.

    Attributes
    ----------
    column : str
        Heading of the column.
    letter : str
        Letter of the column, where the heading is empty or there twice.
    value : str
        The same value for every row.
    values : dict of str to str
        The sheet's words and the codes they stand for; an empty code means "not recorded".
    unit : str
        The sheet's unit (``l``), or from and to (``cm -> mm``).
    dates : str
        Date format of this column.
    split : str
        What stands between several choices in one cell.
    """

    column: str | None = None
    letter: Annotated[str, Field(pattern=r"^[A-Za-z]{1,3}$")] | None = None
    value: str | None = None
    values: dict[str, str] = {}
    unit: str | None = None
    dates: str | None = None
    split: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum(origin is not None for origin in (self.column, self.letter, self.value)) != 1:
            raise ValueError("one of 'column', 'letter' and 'value' is expected")
        return self


def _from_heading(given: Any) -> Any:
    """``sex: Sex`` is short for ``sex: {column: Sex}``."""
    return {"column": given} if isinstance(given, str) else given


AnySource = Annotated[Source, BeforeValidator(_from_heading)]


class RecordMap(_Part):
    """One record that each row may give."""

    kind: str
    fields: dict[str, AnySource] = {}


class TableMap(_Part):
    """One sheet.

    Attributes
    ----------
    sheet : str
        Its name; not needed for a file of one sheet.
    header_row : int
        Row of the headings; rows above it are not read.
    rows : {"case", "entry"}
        ``case``: one row per case, a second one is a duplicate. ``entry``: a case may have many rows.
    patient : Source
        Column of the pseudonym.
    case : Source
        Column of the number of the case; 1 where there is none.
    """

    sheet: str | None = None
    header_row: int = Field(1, ge=1)
    rows: Literal["case", "entry"] = "case"
    patient: AnySource
    case: AnySource = Source(value="1")
    records: list[RecordMap] = Field(min_length=1)


class Manner(_Part):
    """How cells are written throughout a file.

    Attributes
    ----------
    decimal, thousands : str
        Signs in numbers that are written as texts.
    dates : str
        Format of dates that are written as texts: ``DD.MM.YYYY``, ``MM/DD/YYYY``, ``excel`` for serial numbers.
    missing : list of str
        Words that stand for "not recorded".
    """

    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'"] | None = None
    dates: str | None = None
    missing: list[str] = []

    @model_validator(mode="after")
    def _signs_differ(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError(f"'{self.decimal}' is both the decimal and the thousands sign")
        return self


class Mapping(Manner):
    """A mapping file.

    Attributes
    ----------
    form : str
    encoding, delimiter : str
        Of a CSV file, where they cannot be detected.
    tables : list of TableMap
    """

    form: Literal["corduroy-import/1"]
    encoding: str | None = None
    delimiter: str | None = None
    tables: list[TableMap] = Field(min_length=1)


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises
    ------
    SettingsError
        Naming every mistake in it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"cannot read {path} ({error.strerror or error})", "a mapping file (YAML)") from error
    if len(data) > _MOST_BYTES:
        raise SettingsError(f"{path} has {len(data)} bytes", f"a mapping file of at most {_MOST_BYTES}")
    try:
        document = yaml.load(data, Loader=_Texts)
    except (yaml.YAMLError, UnicodeError, RecursionError, ValueError) as error:
        told = " ".join(str(error).split())
        raise SettingsError(f"{path} is no YAML ({told:.200})", "a mapping file") from error
    return parse_mapping(document, str(path))


def parse_mapping(document: Any, name: str = "mapping") -> Mapping:
    """A mapping from lists and dicts, as YAML or JSON gives them."""
    if not isinstance(document, dict):
        raise SettingsError(f"{name} holds no settings", f"'form: {FORM}', 'tables:' …", "draft one from the sheet")
    left = [name for name in ("decimal", "thousands") if document.get(name) == TODO]
    if left:
        raise SettingsError(f"{', '.join(left)}: {TODO} still to be replaced")
    try:
        return Mapping.model_validate(document)
    except ValidationError as error:
        told = [f"{_spot(part['loc'])}: {part['msg']}" for part in error.errors(include_url=False)]
        raise SettingsError(f"{name}: {'; '.join(told)}") from error
    except RecursionError as error:
        raise SettingsError(f"{name} is nested too deep", "a mapping file") from error


def _spot(loc: tuple[int | str, ...]) -> str:
    """``tables[0].records[2].fields.sex``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return text.removeprefix(".") or "mapping"


class _Texts(yaml.BaseLoader):
    """Every scalar stays a text (``no`` is a word of the sheet here, not false); no key twice, no aliases."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        if not all(isinstance(key, str) for key in keys):
            raise yaml.YAMLError("a key that is no text")
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.YAMLError(f"key '{twice[0]}' twice, line {node.start_mark.line + 1}")
        return super().construct_mapping(node, deep=deep)
