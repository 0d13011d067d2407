"""Jobs: searches that wait, run or have ended, whichever server has them.

Taking a job is one statement, so that no two servers have it. Whoever runs it says so every
second; when that stops, another server goes on. Each write of a runner names it, and does
nothing once the job is somebody else's.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, delete, func, insert, or_, select, update

from autometa.server._database import events, files, jobs, now_of, open_database, patiently
from autometa.server._errors import ApiError, not_found
from autometa.server._settings import Settings

MAX_CRASHES = 2  # of its worker process: once may be the machine's fault
# A job that takes whole servers down is given up too, but a server may be killed for other reasons.
MAX_STARTS = 10
TABLE = "table"  # the uploaded table among the files; it is dropped when the job has ended
UNFINISHED = ("queued", "running")
DAY = 86_400.0


@dataclass(frozen=True)
class Claim:
    """A job that this server runs.

    Attributes
    ----------
    id, name : str
    request : dict
    spent : float
        Seconds that earlier runners used of its budget.
    """

    id: str
    name: str
    request: dict[str, Any]
    spent: float


class Jobs:
    """All jobs in one database.

    Parameters
    ----------
    settings : Settings
    server : str or None
        What this server calls itself; None draws a name.
    """

    def __init__(self, settings: Settings, server: str | None = None) -> None:
        self._settings = settings
        self.engine = open_database(settings.database)
        self.server = server or secrets.token_hex(8)
        self._now = now_of(self.engine)

    def add(self, owner: str, name: str, request: Mapping[str, Any], table: bytes) -> str:
        """Queue a job; return its id, which nobody can guess.

        Raises
        ------
        ApiError
            429 when its owner, or all together, have too many.
        """
        identifier = secrets.token_urlsafe(24)
        limits = self._settings.limits
        with self.engine.begin() as connection:
            waiting = select(func.count()).where(jobs.c.state.in_(UNFINISHED))
            own = connection.scalar(waiting.where(jobs.c.owner == owner)) or 0
            total = connection.scalar(waiting) or 0
            if own >= limits.studies or total >= limits.all_studies:
                raise ApiError(
                    429,
                    "TooManyStudiesError",
                    f"A client may have {limits.studies} searches at once, all together "
                    f"{limits.all_studies}. Wait for one to end, or cancel it.",
                    retry_after=10,
                )
            row = {"id": identifier, "owner": owner, "name": name, "request": json.dumps(request)}
            connection.execute(insert(jobs).values(**row, state="queued", created=self._now))
            connection.execute(insert(files).values(job=identifier, name=TABLE, content=table))
        return identifier

    def of(self, owner: str, identifier: str) -> dict[str, Any]:
        """Return a job of its owner's.

        Raises
        ------
        ApiError
            404, the same whether it does not exist or is somebody else's.
        """
        found = self._described(and_(jobs.c.owner == owner, jobs.c.id == identifier))
        if not found:
            raise not_found()
        return found[0]

    def all_of(self, owner: str) -> list[dict[str, Any]]:
        """Return the jobs of an owner, the newest first."""
        return self._described(jobs.c.owner == owner)

    def _described(self, condition: Any) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            query = select(jobs).where(condition).order_by(jobs.c.created.desc())
            rows = connection.execute(query).mappings().all()
            sizes = select(files.c.job, files.c.name, func.length(files.c.content)).where(
                files.c.job.in_([row["id"] for row in rows]), files.c.name != TABLE
            )
            listed = connection.execute(sizes.order_by(files.c.name)).all()
        return [
            _description(row, [item for item in listed if item[0] == row["id"]]) for row in rows
        ]

    def file(self, owner: str, identifier: str, name: str) -> bytes:
        """Return what a job left under a name."""
        self.of(owner, identifier)
        with self.engine.connect() as connection:
            content = connection.scalar(
                select(files.c.content).where(files.c.job == identifier, files.c.name == name)
            )
        if content is None or name == TABLE:
            raise not_found("file")
        return bytes(content)

    def cancel(self, owner: str, identifier: str) -> None:
        """End a job: at once when it waits, within a second or so when it runs."""
        self.of(owner, identifier)
        queued = jobs.c.state == "queued"
        with self.engine.begin() as connection:
            connection.execute(
                update(jobs)
                .where(jobs.c.id == identifier, jobs.c.state.in_(UNFINISHED))
                .values(
                    cancel=1,
                    state=case((queued, "cancelled"), else_=jobs.c.state),
                    finished=case((queued, self._now), else_=jobs.c.finished),
                )
            )

    def remove(self, owner: str, identifier: str) -> None:
        """Forget a job that has ended, its files included.

        Raises
        ------
        ApiError
            409 when it has not ended.
        """
        if self.of(owner, identifier)["state"] in UNFINISHED:
            raise ApiError(409, "StudyRunningError", "The search has not ended; cancel it first.")
        self._forget([identifier])

    def events_after(self, identifier: str, number: int) -> list[tuple[int, str, str]]:
        """Return what happened after an event, in order: number, kind, JSON."""
        with self.engine.connect() as connection:
            query = select(events.c.number, events.c.kind, events.c.data)
            query = query.where(events.c.job == identifier, events.c.number > number)
            return [tuple(row) for row in connection.execute(query.order_by(events.c.number))]

    def state_of(self, identifier: str) -> str | None:
        """Return the state of a job, whoever's it is; None when it is gone."""
        with self.engine.connect() as connection:
            return connection.scalar(select(jobs.c.state).where(jobs.c.id == identifier))

    def counts(self) -> dict[str, float]:
        """Return how many jobs are in each state, as labels of a metric."""
        query = select(jobs.c.state, func.count()).group_by(jobs.c.state)
        with self.engine.connect() as connection:
            return {f'{{state="{state}"}}': n for state, n in connection.execute(query)}

    def claim(self) -> Claim | None:
        """Take the job that has waited longest, or one whose runner is gone; None without one."""
        is_lost = and_(jobs.c.state == "running", jobs.c.beat < self._stale)
        free = or_(jobs.c.state == "queued", is_lost)
        next_one = select(jobs.c.id).where(free, jobs.c.cancel == 0, jobs.c.starts < MAX_STARTS)
        next_one = next_one.order_by(jobs.c.created).limit(1).with_for_update(skip_locked=True)
        statement = (
            update(jobs)
            .where(jobs.c.id == next_one.scalar_subquery(), free)
            .values(
                state="running",
                server=self.server,
                beat=self._now,
                starts=jobs.c.starts + 1,
                started=func.coalesce(jobs.c.started, self._now),
            )
            .returning(jobs.c.id, jobs.c.name, jobs.c.request, jobs.c.spent)
        )
        with self.engine.begin() as connection:
            row = connection.execute(statement).first()
        return None if row is None else Claim(row[0], row[1], json.loads(row[2]), row[3])

    @property
    def _stale(self) -> Any:
        return self._now - self._settings.stale_seconds

    def beat(self, identifier: str, spent: float) -> str:
        """Say that a job of this server's is alive.

        Returns
        -------
        str
            "go on", "cancel", or "lost" when the job is somebody else's by now.
        """
        with self.engine.begin() as connection:
            asked = connection.scalar(
                self._mine(identifier).values(beat=self._now, spent=spent).returning(jobs.c.cancel)
            )
        return "lost" if asked is None else "cancel" if asked else "go on"

    def _mine(self, identifier: str) -> Any:
        return update(jobs).where(
            jobs.c.id == identifier, jobs.c.server == self.server, jobs.c.state == "running"
        )

    def say(self, identifier: str, kind: str, data: Any) -> None:
        """Add an event to a job of this server's."""
        text = json.dumps(data)

        def add() -> None:
            with self.engine.begin() as connection:
                number = select(func.coalesce(func.max(events.c.number), 0) + 1)
                number = number.where(events.c.job == identifier)
                row = {"job": identifier, "kind": kind, "data": text}
                connection.execute(insert(events).values(number=number.scalar_subquery(), **row))

        patiently(add)

    def table(self, identifier: str) -> bytes:
        """Return the table of a job."""
        with self.engine.connect() as connection:
            query = select(files.c.content).where(files.c.job == identifier, files.c.name == TABLE)
            content: bytes = connection.scalar(query) or b""
        return bytes(content)

    def end(
        self,
        identifier: str,
        state: str,
        *,
        error: str | None = None,
        result: Any = None,
        left: Mapping[str, bytes] | None = None,
    ) -> bool:
        """Note how a job of this server's ended; False when it is somebody else's by now."""

        def note() -> bool:
            with self.engine.begin() as connection:
                row = {"state": state, "error": error, "finished": self._now}
                text = None if result is None else json.dumps(result)
                done = connection.execute(self._mine(identifier).values(**row, result=text))
                if not done.rowcount:
                    return False
                connection.execute(delete(files).where(files.c.job == identifier))
                for name, content in (left or {}).items():
                    row = {"job": identifier, "name": name, "content": content}
                    connection.execute(insert(files).values(**row))
                return True

        return patiently(note)

    def crashed(self, identifier: str) -> bool:
        """Count a worker process that died; give the job back, or up when it is the second.

        Returns
        -------
        bool
            Whether it is given up.
        """
        with self.engine.begin() as connection:
            n = connection.scalar(
                self._mine(identifier).values(crashes=jobs.c.crashes + 1).returning(jobs.c.crashes)
            )
        if n is None or n < MAX_CRASHES:
            self.give_back(identifier)
            return False
        return True

    def give_back(self, identifier: str) -> None:
        """Let another server, or this one later, go on with a job."""
        with self.engine.begin() as connection:
            connection.execute(self._mine(identifier).values(state="queued", server=None))

    def tidy(self) -> list[str]:
        """End what nobody will run any more, and forget what is old; return ids forgotten."""
        limits = self._settings.limits
        gone = and_(jobs.c.state == "running", jobs.c.beat < self._stale)
        given_up = f"Given up: it was started {MAX_STARTS} times, and no server lived to its end."
        with self.engine.begin() as connection:
            connection.execute(
                update(jobs)
                .where(gone, jobs.c.cancel == 1)
                .values(state="cancelled", finished=self._now)
            )
            connection.execute(
                update(jobs)
                .where(or_(gone, jobs.c.state == "queued"), jobs.c.starts >= MAX_STARTS)
                .values(state="failed", error=given_up, finished=self._now)
            )
            ended = select(jobs.c.id).where(jobs.c.state.not_in(UNFINISHED))
            connection.execute(delete(files).where(files.c.name == TABLE, files.c.job.in_(ended)))
            old = ended.where(jobs.c.finished < self._now - limits.keep_days * DAY)
            forgotten = [row[0] for row in connection.execute(old)]
        self._forget(forgotten)
        return forgotten

    def _forget(self, identifiers: list[str]) -> None:
        from autometa.server._studies import delete_study

        for identifier in identifiers:
            with self.engine.begin() as connection:
                for table in (events, files):
                    connection.execute(delete(table).where(table.c.job == identifier))
                connection.execute(delete(jobs).where(jobs.c.id == identifier))
            delete_study(self._settings.database, identifier)


def _description(row: Any, listed: list[Any]) -> dict[str, Any]:
    kept = ("id", "name", "state", "created", "started", "finished", "error")
    return {
        **{name: row[name] for name in kept},
        "request": json.loads(row["request"]),
        "result": None if row["result"] is None else json.loads(row["result"]),
        "files": [{"name": name, "size": size} for _, name, size in listed],
    }
