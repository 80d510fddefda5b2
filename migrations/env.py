"""Alembic's entry: runs on the connection that `registry.storage.migrate` hands over, or on a URL's own."""

from alembic import context
from sqlalchemy import Connection

from registry.storage.engine import open_engine
from registry.storage.tables import metadata


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    engine = open_engine(context.config.get_main_option("sqlalchemy.url") or "")
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        run(connection)
