"""OpenMLSettings: where the server is, and how patiently and politely it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autometa.exceptions import ParameterError

AT_LEAST = {
    "interval": 0.0,
    "timeout": 0.001,
    "slowest": 1.0,
    "tries": 1,
    "pause": 0.0,
    "longest_pause": 0.0,
    "page_size": 1,
    "setups_a_request": 1,
    "longest_path": 64,
}


@dataclass(frozen=True, kw_only=True)
class OpenMLSettings:
    """How OpenML is asked.

    Attributes
    ----------
    server : str or None
        URL of the API, such as ``https://www.openml.org/api/v1/xml``; without a
        path, that of version 1 is added. None is what the client is configured
        with. The client's API key goes to the server it is configured for only.
    cache : Path or None
        Folder of the answers; None is ours in the user's cache folder. What is
        there is not asked again.
    refresh : bool
        Whether to ask again for listings that are there. Setups never change.
    interval : float
        Seconds between the beginnings of two requests, at least.
    timeout : float
        Seconds of silence after which a request is given up: until the answer
        begins, and between two pieces of it.
    slowest : float
        Bytes a second below which an answer that has begun is given up; judged
        from ``min(10, timeout)`` seconds on.
    tries : int
        How often one request is made before the import ends with an error.
    pause, longest_pause : float
        Seconds before the second try, doubled for each further one up to the
        longest; each is drawn between half and all of that. A server that names
        a time itself (``Retry-After``) is obeyed up to five minutes.
    page_size : int
        Rows of a listing asked for at once; OpenML allows 10,000.
    setups_a_request : int
        Setups asked for at once; OpenML allows 1,000.
    longest_path : int
        Characters of a request's path; web servers commonly allow 8,190.
    """

    server: str | None = None
    cache: Path | None = None
    refresh: bool = False
    interval: float = 0.25
    timeout: float = 60.0
    slowest: float = 1024.0
    tries: int = 8
    pause: float = 0.5
    longest_pause: float = 20.0
    page_size: int = 10_000
    setups_a_request: int = 1_000
    longest_path: int = 7_800

    def __post_init__(self) -> None:
        for name, low in AT_LEAST.items():
            value = getattr(self, name)
            if not value >= low:
                raise ParameterError(
                    f"The '{name}' of OpenMLSettings must be >= {low}. Got {value!r} instead."
                )

    @property
    def folder(self) -> Path:
        """Folder of the answers."""
        if self.cache is not None:
            return Path(self.cache)
        from platformdirs import user_cache_path

        return user_cache_path("autometa", appauthor=False) / "openml"
