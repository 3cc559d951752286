"""Run by alembic: migrates over the connection that `corduroy.registry.store.schema` hands in."""

from alembic import context

from corduroy.registry.store.schema import VERSION_TABLE
from corduroy.registry.store.tables import METADATA

connection = context.config.attributes["connection"]
# The caller's transaction holds: a migration that fails leaves nothing behind, on both databases.
context.configure(
    connection=connection,
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
