"""What a server is started with: where it listens, who may ask, and how much."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path

from autometa.exceptions import ParameterError
from autometa.knowledge_base import home

MIB = 2**20
MIN_TOKEN = 16  # characters: of fewer, a machine can try all that people choose


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one client may ask for; what is beyond is answered with a 4xx that says so.

    Attributes
    ----------
    upload_bytes : int
        Of one request.
    rows, columns : int
        Of one table.
    upload_seconds : float
        Until a request has arrived whole.
    advice_seconds : float
        To read a table, describe it and advise on it.
    study_seconds : float
        Longest budget of one search.
    study_trials : int
        Most trials of one search.
    memory_bytes : int
        Address space of each process that reads tables or fits models.
    waiting : int
        Requests that wait for a worker at once, of all clients.
    studies : int
        Searches of one client that wait or run at once.
    all_studies : int
        The same of all clients.
    requests_per_second, burst : float
        How many requests a client may make, on average and at once.
    keep_days : float
        How long a search that has ended, its files included, is kept.
    """

    upload_bytes: int = 64 * MIB
    rows: int = 1_000_000
    columns: int = 10_000
    upload_seconds: float = 60.0
    advice_seconds: float = 60.0
    study_seconds: float = 3600.0
    study_trials: int = 10_000
    # what libraries map without using it counts too: far above what a table of this size takes
    memory_bytes: int = 8 * 1024 * MIB
    waiting: int = 256
    studies: int = 4
    all_studies: int = 100
    # a page with its files is five requests; a program that asks for advice may well ask often
    requests_per_second: float = 50.0
    burst: float = 250.0
    keep_days: float = 7.0

    def __post_init__(self) -> None:
        """Refuse limits that nothing could keep."""
        for name, value in vars(self).items():
            if not value > 0:
                raise ParameterError(f"The limit '{name}' must be > 0. Got {value!r} instead.")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a server runs.

    Attributes
    ----------
    host, port
        Where it listens; a host that others can reach needs ``tokens``.
    tokens : tuple of str
        Each is a client; without any, each browser or `Client` is one by its cookie.
    allowed_hosts : tuple of str
        Names by which the server is called, beside that of this machine.
    database : str
        URL of what keeps searches: SQLite or PostgreSQL. Several servers may share one.
    knowledge_base : str or None
        What advice learns from; None is the default one, read again when it grows.
    n_workers : int
        Processes that read tables and advise.
    n_studies : int
        Searches that run at once; the others wait.
    limits : Limits
    beat_seconds, stale_seconds : float
        How often a running search gives a sign of life, and after how long without one
        another server goes on with it.

    Raises
    ------
    ParameterError
        If a public host has no token, a token is short, or a number is out of range.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    tokens: tuple[str, ...] = field(default=(), repr=False)
    allowed_hosts: tuple[str, ...] = ()
    database: str = field(default="", repr=False)
    knowledge_base: str | None = None
    n_workers: int = field(default_factory=lambda: max(1, min(4, os.cpu_count() or 1)))
    n_studies: int = 1
    limits: Limits = field(default_factory=Limits)
    beat_seconds: float = 1.0
    # ten beats: a machine that swaps, or a database that restarts, is not dead yet
    stale_seconds: float = 10.0

    def __post_init__(self) -> None:
        """Check what belongs together."""
        if not is_loopback(self.host) and not self.tokens:
            raise ParameterError(
                f"A server on '{self.host}' can be reached by others and needs a token: give "
                "--token (or AUTOMETA_TOKEN), or listen on 127.0.0.1."
            )
        if any(len(token) < MIN_TOKEN for token in self.tokens):
            raise ParameterError(
                f"A token must have {MIN_TOKEN} characters or more. Make one: python -c "
                '"import secrets; print(secrets.token_urlsafe())".'
            )
        for name in ("n_workers", "n_studies"):
            if getattr(self, name) < 1:
                raise ParameterError(f"'{name}' must be >= 1. Got {getattr(self, name)} instead.")
        if not self.database:
            object.__setattr__(self, "database", default_database())


def default_database() -> str:
    """Return the URL of the database that a server keeps in the user's own folder."""
    folder = Path(home()) / "server"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # uploaded tables wait in it
    return f"sqlite:///{folder / 'server.db'}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host.

    Examples
    --------
    >>> [is_loopback(host) for host in ("localhost", "127.0.0.2", "::1", "0.0.0.0", "")]
    [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
