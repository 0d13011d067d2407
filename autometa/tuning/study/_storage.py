"""Storages of studies: opened whatever else opens them, with faults named in one sentence."""

from __future__ import annotations

import contextlib
import random
import sys
import time
import urllib.parse
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import optuna
from optuna.storages import BaseStorage, RDBStorage
from optuna.study import StudyDirection

from autometa._urls import hide_password, with_driver
from autometa.exceptions import StorageError
from autometa.tuning.study._quiet import quiet

Result = TypeVar("Result")

# Two runs that start on one new SQLite file get in each other's way while the tables are made,
# which takes some tenths of a second.
PATIENCE_SECONDS = 15.0
FIRST_PAUSE = 0.05
MAX_PAUSE = 1.0
CONNECT_SECONDS = 10  # a server that does not answer in this time is taken for dead
LOCK_SECONDS = 5  # SQLite's own default: how long a writer waits for another


def open_study(
    storage: Any, study_name: str, sampler: optuna.samplers.BaseSampler | None = None
) -> optuna.Study:
    """Return the study of that name, which is made when it does not exist.

    Parameters
    ----------
    storage : str, optuna storage or None
        A URL such as ``sqlite:///run.db``; None is memory.
    study_name : str
    sampler : optuna sampler, optional

    Raises
    ------
    StorageError
        If the storage cannot be opened, or the study is not one whose single
        value is to be maximised.
    """
    name = describe(storage)
    try:
        with quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # gRPC, journals
            opened = _open_url(storage) if isinstance(storage, str) else storage
            study = _patiently(
                lambda: optuna.create_study(
                    storage=opened,
                    study_name=study_name,
                    direction="maximize",
                    sampler=sampler,
                    load_if_exists=True,
                )
            )
            directions = study.directions
    except StorageError:
        raise
    except ImportError as error:
        raise StorageError(
            f"The storage '{name}' needs a package that is not installed ({error}). For "
            "PostgreSQL: pip install psycopg[binary]; for Redis: pip install redis; for gRPC: "
            "pip install grpcio protobuf."
        ) from error
    except faults() as error:
        raise StorageError(
            f"The storage '{name}' cannot be used: {reason_of(error)}. 'storage' must be a URL "
            "such as sqlite:///run.db that can be written, or an Optuna storage."
        ) from error
    _check_directions(directions, study_name, name)
    return study


def describe(storage: Any) -> str:
    """Return how a storage is named to people, without its password."""
    if isinstance(storage, str):
        return hide_password(storage)
    inner = getattr(storage, "_backend", storage)
    url = getattr(inner, "url", None) or getattr(inner, "_url", None)  # databases; Redis
    if url is None and hasattr(inner, "_host"):
        url = f"grpc://{inner._host}:{inner._port}"
    return hide_password(url) if isinstance(url, str) else type(storage).__name__


def faults() -> tuple[type[Exception], ...]:
    """Return what storages raise when they fail; a library that is not loaded raises nothing.

    RuntimeError and LookupError are Optuna's own for a lock that was lost and a
    study that was deleted, ValueError is that of a journal with a damaged line.
    """
    kinds: list[type[Exception]] = [OSError, RuntimeError, LookupError, ValueError]
    kinds.append(optuna.exceptions.OptunaError)
    for module, name in (
        ("sqlalchemy.exc", "SQLAlchemyError"),
        ("grpc", "RpcError"),
        ("redis.exceptions", "RedisError"),
    ):
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            kinds.append(kind)
    return tuple(kinds)


def close_connections(storage: BaseStorage) -> None:
    """Close what a database storage keeps open; it opens again when it is asked again."""
    engine = getattr(getattr(storage, "_backend", storage), "engine", None)
    if engine is not None:
        with contextlib.suppress(*faults()):
            engine.dispose()


def is_lost_connection(error: BaseException) -> bool:
    """Say whether a server closed the connection: another may do."""
    links: BaseException | None = error
    while links is not None:
        if getattr(links, "connection_invalidated", False):
            return True
        links = links.__cause__
    return False


def reason_of(error: BaseException) -> str:
    """Return the first line of what the innermost library said, without passwords."""
    while error.__cause__ is not None:
        error = error.__cause__
    error = getattr(error, "orig", None) or error
    details = getattr(error, "details", None)  # gRPC's own text is a page that begins with a class
    said = str(details() if callable(details) else error).strip().splitlines()
    return hide_password(said[0].rstrip(".") if said else type(error).__name__)


def _open_url(url: str) -> BaseStorage:
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    if not scheme:
        raise StorageError(
            f"'storage' must be a URL such as sqlite:///run.db. Got '{hide_password(url)}'."
        )
    if scheme in ("redis", "rediss"):
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalRedisBackend

        if "socket_connect_timeout=" not in url:  # without one it waits for minutes
            url += f"{'&' if '?' in url else '?'}socket_connect_timeout={CONNECT_SECONDS}"
        return JournalStorage(JournalRedisBackend(url))
    if scheme == "grpc":
        from optuna.storages import GrpcStorageProxy

        parts = urllib.parse.urlsplit(url)
        return GrpcStorageProxy(host=parts.hostname or "localhost", port=parts.port or 13000)
    return _open_database(with_driver(url))


def _open_database(url: str) -> RDBStorage:
    from sqlalchemy.engine import make_url

    parsed = make_url(url)
    if parsed.host and "@" in parsed.host:  # a password that holds this sign
        rest, _, host = parsed.host.rpartition("@")
        parsed = parsed.set(password=f"{parsed.password}@{rest}", host=host)
        url = parsed.render_as_string(hide_password=False)
    kind = parsed.get_backend_name()
    options: dict[str, Any] = {}
    if kind == "sqlite":
        _check_folder(parsed.database, url)
        options = {"timeout": LOCK_SECONDS}
    elif kind == "postgresql" and parsed.get_driver_name().startswith("psycopg"):
        options = {"connect_timeout": CONNECT_SECONDS}
    options = {name: value for name, value in options.items() if name not in parsed.query}
    return _patiently(lambda: RDBStorage(url, engine_kwargs={"connect_args": options}))


def _check_folder(database: str | None, url: str) -> None:
    if not database or database == ":memory:" or database.startswith("file:"):
        return
    folder = Path(database).parent
    if not folder.is_dir():
        raise StorageError(
            f"The storage '{hide_password(url)}' must lie in a folder that exists. "
            f"There is no folder '{folder}'; make it first."
        )


def _patiently(make: Callable[[], Result]) -> Result:
    """Call ``make`` until others who make the same tables have done so."""
    pause, until = FIRST_PAUSE, time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return make()
        except faults() as error:
            if not _is_passing(error) or time.monotonic() > until:
                raise
        # jitter, so that two who met do not meet again
        time.sleep(random.uniform(0.5, 1.5) * pause)  # noqa: S311
        pause = min(2 * pause, MAX_PAUSE)


def _is_passing(error: BaseException) -> bool:
    """Say whether an error is one of two who make the same tables or rows at once."""
    signs = ("already exists", "locked", "unique", "duplicate", "deadlock", "no such table")
    return any(sign in reason_of(error).lower() for sign in signs)


def _check_directions(directions: list[StudyDirection], study_name: str, storage: str) -> None:
    if directions == [StudyDirection.MAXIMIZE]:
        return
    which = "minimises" if len(directions) == 1 else f"has {len(directions)} objectives"
    raise StorageError(
        f"The study '{study_name}' in '{storage}' {which}, but scores here are one number that "
        "is better when greater. Give another 'study_name', or create it with "
        "direction='maximize'."
    )
