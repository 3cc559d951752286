"""The first form: one table a kind of record, the audit trail, and the triggers that keep it as it is.

Written out, not derived from the record: a migration must say the same for ever. A test holds that it gives the
tables that `corduroy.registry.store.tables` derives.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REFUSAL = "the audit trail is append-only"


def upgrade() -> None:
    """Make the tables, parents before children."""
    _table(
        "patient", None, _text("pseudonym", required=True), _text("sex"), _integer("birth_year"),
        _text("also_published"), unique=("pseudonym",),
    )  # fmt: skip
    _table(
        "consent", "patient", _text("scope", required=True), _date("given_on"), _text("ethics_ref"),
        _date("withdrawn_on"), unique=("parent_no",),
    )  # fmt: skip
    _table(
        "case", "patient", _integer("case_no", required=True), _text("levels", required=True),
        _yes_no("aggressive"), _yes_no("fracture"), _yes_no("deficit"), _text("presentation"), _text("onset"),
        _date("symptoms_since"), _text("prior"), _text("pregnant"), _text("enneking"), _text("tomita"),
        _text("escc"), _integer("sins"), _yes_no("consecutive"), unique=("parent_no", "case_no",),
    )  # fmt: skip
    _table(
        "assessment", "case", _text("visit", required=True), _date("on", required=True), _number("pain_back"),
        _number("pain_leg"), _text("pain_unit"), _text("pain_instrument"), _text("pain_when"),
        _text("analgesia"), _text("frankel"), _text("ais"), _text("nurick"), _integer("mjoa"),
        _number("joa11"), _number("odi"), _number("sf36_pcs"), _number("sf36_mcs"), _text("ambulation"),
        _text("bladder"), _text("work"),
    )  # fmt: skip
    _table(
        "imaging", "case", _text("visit", required=True), _date("on", required=True),
        _text("modality", required=True), _text("posture", required=True), _text("folder"),
    )  # fmt: skip
    _table(
        "measurement", "case", _text("visit", required=True), _date("on", required=True),
        _text("level", required=True), _text("quantity", required=True), _number("value", required=True),
        _number("uncertainty"), _text("modality", required=True), _text("posture", required=True),
        _text("method", required=True), _text("reader", required=True), _integer("reading_no"),
    )  # fmt: skip
    _table(
        "biopsy", "case", _date("on", required=True), _text("guidance"), _text("route"), _integer("gauge"),
        _integer("passes"), _text("result"), _yes_no("complication"),
    )  # fmt: skip
    _table(
        "embolization", "case", _date("on", required=True), _text("vessels"), _text("agents"),
        _text("vascularity"), _text("completeness"), _yes_no("radiculomedullary"), _number("hours_to_surgery"),
        _text("sir_old"), _text("sir_2017"),
    )  # fmt: skip
    _table(
        "operation", "case", _date("on", required=True), _integer("duration_min"), _number("blood_loss_ml"),
        _text("blood_loss_how"), _number("transfusion_u"), _number("cement_ml"), _text("cement_product"),
        _number("cement_minutes"), _text("gelatin_use"), _number("gelatin_mg"), _text("injected_side"),
        _integer("shots_left"), _integer("shots_right"), _text("laminectomy"), _number("facets_percent"),
        _yes_no("fixation"), _text("fixation_levels"), _text("navigation"),
    )  # fmt: skip
    _table(
        "complication", "case", _date("on", required=True), _text("after", required=True),
        _text("type", required=True), _text("clavien"), _text("sir_old"), _text("sir_2017"),
        _integer("window_days"), _yes_no("resolved"),
    )  # fmt: skip
    _table(
        "leak", "case", _date("on", required=True), _text("level", required=True),
        _yes_no("leaked", required=True), _text("types"), _text("modality", required=True),
        _yes_no("symptoms"),
    )  # fmt: skip
    _table(
        "event", "case", _date("on", required=True), _text("type", required=True), _text("level"),
        _text("definition"), _text("treatment"),
    )  # fmt: skip
    _audit()
    _keep_audit_as_it_is()


def downgrade() -> None:
    """Drop everything."""
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_refuses()")
    for kind in (
        "event",
        "leak",
        "complication",
        "operation",
        "embolization",
        "biopsy",
        "measurement",
        "imaging",
        "assessment",
        "case",
        "consent",
        "patient",
    ):
        op.drop_table(f"{kind}_record")


def _table(kind: str, parent: str | None, *columns: sa.Column[Any], unique: tuple[str, ...] = ()) -> None:
    name = f"{kind}_record"
    own = [sa.Column("entry_no", _NUMBER, autoincrement=False, nullable=False)]
    if parent:
        own.append(sa.Column("parent_no", _NUMBER, nullable=False))
    own += [_integer("version", required=True), _yes_no("deleted", required=True)]
    constraints: list[sa.Constraint] = [sa.PrimaryKeyConstraint("entry_no", name=f"pk_{name}")]
    if parent:
        above = [f"{parent}_record.entry_no"]
        constraints.append(sa.ForeignKeyConstraint(["parent_no"], above, name=f"fk_{name}_parent_no"))
    op.create_table(name, *own, *columns, *constraints)
    if parent:
        op.create_index(f"ix_{name}_parent_no", name, ["parent_no"])
    if kind == "operation":
        op.create_index("ix_operation_record_on", name, ["on"])
    if unique:
        sqlite, postgresql = sa.text("deleted = 0"), sa.text("NOT deleted")
        op.create_index(f"uq_{name}", name, list(unique), unique=True, sqlite_where=sqlite, postgresql_where=postgresql)


def _text(name: str, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=not required)


def _integer(name: str, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=not required)


def _number(name: str, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Double(), nullable=not required)


def _yes_no(name: str, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=not required)


def _date(name: str, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=not required)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", _NUMBER, autoincrement=False, nullable=False),
        *(_text(name, required=True) for name in ("at", "who", "why", "action", "kind")),
        sa.Column("entry_no", _NUMBER, nullable=False),
        sa.Column("parent_no", _NUMBER),
        _integer("version", required=True),
        _text("before"),
        _text("after"),
        _text("hash", required=True),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_entry_no_seq", "audit", ["entry_no", "seq"])


def _keep_audit_as_it_is() -> None:
    """Rows of the trail are never changed nor removed, not even by hand."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()"
        )
        return
    for deed in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{deed.lower()} BEFORE {deed} ON audit"
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
