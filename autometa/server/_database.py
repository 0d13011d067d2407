"""The tables that keep searches, in SQLite or PostgreSQL, and the one clock of all servers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    literal_column,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import StaticPool

from autometa._urls import with_driver

Result = TypeVar("Result")

LOCK_SECONDS = 15  # how long a writer of SQLite waits for another; writes take milliseconds
CONNECT_SECONDS = 10
RETRY_SECONDS = 30.0  # a database that restarts is back by then
PAUSE = 0.25

metadata = MetaData()
# Names of their own: the study of Optuna may be in the same database.
jobs = Table(
    "autometa_jobs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("request", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("finished", Float),
    Column("beat", Float),
    Column("server", String(64)),
    Column("starts", Integer, nullable=False, default=0),
    Column("crashes", Integer, nullable=False, default=0),
    Column("spent", Float, nullable=False, default=0.0),
    Column("cancel", Integer, nullable=False, default=0),
    Column("error", Text),
    Column("result", Text),
)
events = Table(
    "autometa_job_events",
    metadata,
    Column("job", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("data", Text, nullable=False),
)
files = Table(
    "autometa_job_files",
    metadata,
    Column("job", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)


def open_database(url: str) -> Engine:
    """Return an engine; the tables are made when they are not there."""
    parsed = make_url(with_driver(url))
    is_sqlite = parsed.get_backend_name() == "sqlite"
    options: dict[str, Any] = {"pool_pre_ping": True}
    if is_sqlite:
        options = {"connect_args": {"timeout": LOCK_SECONDS, "check_same_thread": False}}
        if not parsed.database:  # in memory: each connection would have a database of its own
            options["poolclass"] = StaticPool
    elif "connect_timeout" not in parsed.query:
        options["connect_args"] = {"connect_timeout": CONNECT_SECONDS}
    engine = create_engine(parsed, **options)
    if is_sqlite:
        event.listen(engine, "connect", _set_up_sqlite)
    patiently(lambda: metadata.create_all(engine))
    return engine


def _set_up_sqlite(connection: Any, _: Any) -> None:
    # readers do not wait for the writer, nor it for them
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def now_of(engine: Engine) -> Any:
    """Return the moment as the database has it: clocks of several servers differ."""
    if engine.dialect.name == "sqlite":
        return literal_column("((julianday('now') - 2440587.5) * 86400.0)")
    return literal_column("extract(epoch from clock_timestamp())")


def patiently(call: Callable[[], Result], seconds: float = RETRY_SECONDS) -> Result:
    """Call again while the database restarts, or another makes the same tables."""
    until = time.monotonic() + seconds
    while True:
        try:
            return call()
        except DBAPIError as error:
            passes = isinstance(error, OperationalError) or error.connection_invalidated
            if not passes and "exist" not in str(error):
                raise
            if time.monotonic() > until:
                raise
        time.sleep(PAUSE)
