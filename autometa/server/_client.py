"""Client: the service from Python, with what it answers as values."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from autometa.exceptions import AutoMetaError

if TYPE_CHECKING:
    import httpx

    from autometa.recommendation import Recommendations

TIMEOUT = 300.0  # seconds for one answer: a large table takes its time to be described
LOOK_SECONDS = 0.5
ENDED = ("done", "failed", "cancelled")


class ServerError(AutoMetaError, RuntimeError):
    """The server refused, or could not be reached.

    Attributes
    ----------
    status : int or None
        Of HTTP; None when there was no answer.
    kind : str
        What the server calls it.
    """

    def __init__(self, message: str, status: int | None = None, kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind


@dataclass(frozen=True)
class Study:
    """A search as the server describes it.

    Attributes
    ----------
    id, name : str
    state : {"queued", "running", "done", "failed", "cancelled"}
    request : dict
    result : dict or None
        ``metric``, ``score``, ``score_interval``, ``leaderboard`` and more when it is done.
    error : str or None
        Why it failed.
    files : tuple of str
        What `Client.download` gives.
    """

    id: str
    name: str
    state: str
    request: dict[str, Any]
    result: dict[str, Any] | None
    error: str | None
    files: tuple[str, ...]

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ENDED

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Return what the server answered."""
        kept = {name: content[name] for name in cls.__annotations__ if name != "files"}
        return cls(**kept, files=tuple(file["name"] for file in content["files"]))


class Client:
    """Asks a server that ``autometa serve`` runs.

    Parameters
    ----------
    url : str, default="http://127.0.0.1:8000"
    token : str or None
        Of a server that wants one. Without it, a client is known by a cookie: searches are
        those of this object.
    timeout : float
        Seconds for one answer.

    Examples
    --------
    >>> with Client("http://127.0.0.1:9", timeout=1) as client:
    ...     client.health()
    Traceback (most recent call last):
    ...
    autometa.server._client.ServerError: http://127.0.0.1:9 does not answer (ConnectError).
    """

    def __init__(
        self, url: str = "http://127.0.0.1:8000", *, token: str | None = None,
        timeout: float = TIMEOUT,
    ) -> None:  # fmt: skip
        import httpx

        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def health(self) -> dict[str, Any]:
        """Return the state and version of the server."""
        return self._json("GET", "/health")

    def recommend(
        self,
        table: Any = None,
        target: str | None = None,
        *,
        metafeatures: Mapping[str, float | None] | None = None,
        **options: Any,
    ) -> Recommendations:
        """Return advice for a table, or for meta-features alone.

        Parameters
        ----------
        table : DataFrame, bytes or path, optional
        target : str, optional
            The column to predict.
        metafeatures : Series or mapping, optional
            What `autometa.describe` returns: the table stays here. Needs ``task_type``.
        **options
            ``n``, ``metric``, ``time_budget``, ``algorithms`` and others of the document.
        """
        from autometa.recommendation import Recommendations

        if metafeatures is not None:
            values = {str(name): _number(value) for name, value in metafeatures.items()}
            content = {"metafeatures": values, **options}
            advice = self._json("POST", "/v1/recommendations", json=content)
        else:
            advice = self._json(
                "POST", "/v1/recommendations", **_form(table, {"target": target, **options})
            )
        return Recommendations.from_dict(advice)

    def tune(self, table: Any, target: str, **options: Any) -> Study:
        """Begin a search on the server; see `wait` and `events` for what comes of it."""
        return Study.from_dict(
            self._json("POST", "/v1/studies", **_form(table, {"target": target, **options}))
        )

    def studies(self) -> list[Study]:
        """Return the searches of this client, the newest first."""
        return [Study.from_dict(one) for one in self._json("GET", "/v1/studies")["studies"]]

    def study(self, study: Study | str) -> Study:
        """Return a search as it is now."""
        return Study.from_dict(self._json("GET", _path(study)))

    def wait(self, study: Study | str, timeout: float | None = None) -> Study:
        """Return a search once it has ended.

        Raises
        ------
        TimeoutError
            If it has not after so many seconds; it goes on.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while not (now := self.study(study)).has_ended:
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"The search is {now.state} after {timeout} s; it goes on.")
            time.sleep(LOOK_SECONDS)
        return now

    def events(self, study: Study | str, after: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what happens to a search until its end: kind and data of each event."""
        headers = {"Last-Event-ID": str(after)}
        with self._http.stream("GET", f"{_path(study)}/events", headers=headers) as answer:
            if answer.is_error:
                answer.read()
                _check(answer)
            kind = ""
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    yield kind, json.loads(value)

    def cancel(self, study: Study | str) -> Study:
        """End a search."""
        return Study.from_dict(self._json("POST", f"{_path(study)}/cancel"))

    def remove(self, study: Study | str) -> None:
        """Have the server forget a search that has ended."""
        self._ask("DELETE", _path(study))

    def download(self, study: Study | str, name: str = "pipeline.skops") -> bytes:
        """Return a file that a search left."""
        return self._ask("GET", f"{_path(study)}/files/{name}").content

    def tasks(self, **filters: Any) -> dict[str, Any]:
        """Return a page of the tasks that advice learnt from."""
        return self._json("GET", "/v1/tasks", params=filters)

    def setups(self, **filters: Any) -> dict[str, Any]:
        """Return a page of the setups that were run."""
        return self._json("GET", "/v1/setups", params=filters)

    def knowledge(self, **filters: Any) -> dict[str, Any]:
        """Return a page of runs."""
        return self._json("GET", "/v1/knowledge", params=filters)

    def add_runs(
        self, tasks: list[dict[str, Any]], runs: list[dict[str, Any]], **options: Any
    ) -> dict[str, Any]:
        """Add runs to what the server learns from; needs a token."""
        return self._json("POST", "/v1/runs", json={"tasks": tasks, "runs": runs, **options})

    def _json(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        content: dict[str, Any] = self._ask(method, path, **options).json()
        return content

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        import httpx

        try:
            answer = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            where = str(self._http.base_url).rstrip("/")
            raise ServerError(f"{where} does not answer ({type(error).__name__}).") from error
        return _check(answer)


def _check(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    try:
        error = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        error = {"type": "", "message": f"The server answered with status {answer.status_code}."}
    raise ServerError(error["message"], answer.status_code, error["type"])


def _path(study: Study | str) -> str:
    return f"/v1/studies/{study.id if isinstance(study, Study) else study}"


def _form(table: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table and fields as httpx sends a form; what is None is left out."""
    data = {
        name: ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        for name, value in fields.items()
        if value is not None
    }
    name, content = _file(table)
    return {"files": {"file": (name, content)}, "data": data}


def _file(table: Any) -> tuple[str, bytes]:
    if isinstance(table, bytes):
        return "table", table
    if isinstance(table, str | os.PathLike):
        path = Path(table)
        return path.name, path.read_bytes()
    return "table", _as_parquet(table)


def _as_parquet(frame: Any) -> bytes:
    import io

    buffer: IO[bytes] = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    buffer.seek(0)
    return buffer.read()


def _number(value: Any) -> float | None:
    return None if value is None or value != value else float(value)  # NaN differs from itself
