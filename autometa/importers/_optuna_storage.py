"""Optuna storages, opened to be read: nothing is created, migrated or written.

Optuna's own classes create the file or the tables that a URL names when they are
not there. Here SQLite files are opened read-only, a journal is read up to its
first damaged record, and a database must hold Optuna's tables already.
"""

from __future__ import annotations

import os
import urllib.parse
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autometa._limits import MAX_PART_BYTES, open_regular, parse_json, read_bounded
from autometa._urls import hide_password, with_driver
from autometa.exceptions import KnowledgeBaseError
from autometa.importers._tally import Tally

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

SQLITE = b"SQLite format 3\0"
TABLE = "studies"
READ_ONLY = "sqlite:///read-only"  # stands for a connection that is made here


def open_storage(source: str | os.PathLike[str] | BaseStorage, tally: Tally) -> BaseStorage:
    """Return the storage that a URL, a file or an object stands for.

    Raises
    ------
    KnowledgeBaseError
        If it is not there, cannot be reached, or is no storage of Optuna.
    """
    from optuna.storages import BaseStorage

    if isinstance(source, BaseStorage):
        return source
    text = str(source)
    scheme = text.partition("://")[0].lower() if "://" in text else ""
    with _quiet():
        if not scheme:
            return _from_file(Path(text), tally)
        if scheme == "sqlite" or scheme.startswith("sqlite+"):
            return _from_file(_sqlite_path(text), tally)
        if scheme in ("redis", "rediss"):
            return _from_redis(text)
        if scheme == "grpc":
            return _from_grpc(text)
        return _from_database(text)


def close_storage(storage: BaseStorage) -> None:
    """Close the connections of a storage: a server waits for them when it is stopped."""
    from optuna.storages import RDBStorage

    if isinstance(storage, RDBStorage):
        storage.remove_session()
        storage.engine.dispose()


@contextmanager
def _quiet() -> Generator[None, None, None]:
    """Keep Optuna from calling parts of itself experimental."""
    import optuna

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        yield


def _sqlite_path(url: str) -> Path:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        database = make_url(url).database
    except ArgumentError as error:
        raise KnowledgeBaseError(
            f"'{hide_password(url)}' must be a URL such as sqlite:///study.db."
        ) from error
    if not database or database == ":memory:":
        raise KnowledgeBaseError(
            f"'{url}' names a database in memory, which holds nothing. Name a file: "
            "sqlite:///study.db, or sqlite:////absolute/path/study.db."
        )
    if database.startswith("file:"):
        database = urllib.parse.unquote(urllib.parse.urlsplit(database).path)
    return Path(database)


def _from_file(path: Path, tally: Tally) -> BaseStorage:
    if not path.is_file():
        raise KnowledgeBaseError(
            f"There is no Optuna storage '{path}': no such file. Nothing was created."
        )
    with open_regular(path) as file:
        head = file.read(len(SQLITE))
    if head == SQLITE:
        return _from_database(READ_ONLY, str(path), {"creator": lambda: _connect(path)})
    if head.lstrip()[:1] == b"{":
        return _from_journal(path, tally)
    raise KnowledgeBaseError(
        f"'{path}' must be an Optuna storage: a SQLite database or a journal of JSON lines. "
        f"It begins with {head[:12]!r}."
    )


def _connect(path: Path) -> Any:
    import sqlite3

    inside = urllib.parse.quote(str(path.resolve()))
    mode = "immutable=1" if _is_at_rest(path) else "mode=ro"
    return sqlite3.connect(f"file:{inside}?{mode}", uri=True, check_same_thread=False)


def _is_at_rest(path: Path) -> bool:
    """Say whether this is a write-ahead database that nobody has open.

    Even a reader would leave two files beside it, unless it is opened as immutable.
    """
    with path.open("rb") as file:
        is_write_ahead = file.read(20)[18:19] == b"\x02"
    return is_write_ahead and not path.with_name(f"{path.name}-wal").exists()


def _from_database(
    url: str, name: str | None = None, engine_options: dict[str, Any] | None = None
) -> BaseStorage:
    import sqlalchemy
    from optuna.storages import RDBStorage

    name, options, url = name or hide_password(url), engine_options or {}, with_driver(url)
    try:
        engine = sqlalchemy.create_engine(url, **options)
        try:
            has_studies = sqlalchemy.inspect(engine).has_table(TABLE)
        finally:
            engine.dispose()
        if not has_studies:
            raise KnowledgeBaseError(
                f"'{name}' must be an Optuna storage. It is a database without the table "
                f"'{TABLE}'. Nothing was created."
            )
        return RDBStorage(url, engine_kwargs=options, skip_table_creation=True)
    except ImportError as error:
        raise KnowledgeBaseError(
            f"'{name}' needs a driver that is not installed ({error}). For PostgreSQL: "
            "pip install psycopg[binary]; for others see sqlalchemy.org, 'Dialects'."
        ) from error
    except (sqlalchemy.exc.SQLAlchemyError, RuntimeError, ValueError) as error:
        if isinstance(error, KnowledgeBaseError):
            raise
        reason = hide_password(str(error).strip().splitlines()[0])
        raise KnowledgeBaseError(f"'{name}' could not be read: {reason}") from error


def _from_redis(url: str) -> BaseStorage:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalRedisBackend

    try:
        return JournalStorage(JournalRedisBackend(url))
    except ImportError as error:
        raise KnowledgeBaseError(
            f"'{hide_password(url)}' needs the package redis: pip install redis."
        ) from error
    except Exception as error:  # redis has error classes of its own, which may be absent
        raise KnowledgeBaseError(
            f"'{hide_password(url)}' could not be read: {hide_password(str(error))}"
        ) from error


def _from_grpc(url: str) -> BaseStorage:
    from optuna.storages import GrpcStorageProxy

    parts = urllib.parse.urlsplit(url)
    try:
        return GrpcStorageProxy(host=parts.hostname or "localhost", port=parts.port or 13000)
    except ImportError as error:
        raise KnowledgeBaseError(
            f"'{hide_password(url)}' needs the packages grpcio and protobuf: "
            "pip install grpcio protobuf."
        ) from error


def _from_journal(path: Path, tally: Tally) -> BaseStorage:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import BaseJournalBackend

    records = _journal_records(path, tally)

    class Journal(BaseJournalBackend):  # type: ignore[misc, unused-ignore]
        """The records of a file, as they were when it was opened."""

        def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
            yield from records[log_number_from:]

        def append_logs(self, logs: list[dict[str, Any]]) -> None:
            raise KnowledgeBaseError(f"'{path}' is only read here.")

    try:
        return JournalStorage(Journal())
    except (KeyError, ValueError, IndexError, AttributeError, TypeError) as error:
        raise KnowledgeBaseError(
            f"'{path}' must be a journal of Optuna. Its records do not make studies ({error!r})."
        ) from error


def _journal_records(path: Path, tally: Tally) -> list[dict[str, Any]]:
    """Return the records before the first damaged one; a killed writer may leave such."""
    records: list[dict[str, Any]] = []
    texts = read_bounded(path, MAX_PART_BYTES).split(b"\n")
    for number, line in enumerate(texts, start=1):
        if not line.strip():
            continue
        try:
            record = parse_json(line)
        except ValueError:
            left = sum(1 for rest in texts[number - 1 :] if rest.strip())
            why = f"of the journal, from the damaged line {number} on"
            tally.drop("records", left, why)
            break
        if not isinstance(record, dict) or "op_code" not in record:
            raise KnowledgeBaseError(
                f"'{path}' must be a journal of Optuna: lines with an 'op_code'. "
                f"Line {number} is {line[:60]!r}."
            )
        records.append(record)
    return records
