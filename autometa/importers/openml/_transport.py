"""A session of requests that lets no answer take forever.

The openml client sets no time limit (openml-python's pull request 1651), and a
limit on silence alone would let a server drip a byte a second for hours. So
beside it a watch closes the connection of an answer whose head or body takes too
long: nothing that blocks in a read can outlive that.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import SimpleNamespace
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from autometa.importers.openml._settings import OpenMLSettings

TRANSIENT = frozenset({425, 429, 500})
TOO_SLOW = frozenset({408, 504, 524})
TOO_LONG = frozenset({413, 414, 431})
LARGEST_PIECE = 1 << 16
GRACE = 10.0
PULSE = 0.25


class BusyError(Exception):
    """The server could not answer now; asking again later may help."""

    def __init__(self, why: str, retry_after: str | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class TooSlowError(BusyError):
    """The answer did not come in time."""


class RefusedError(Exception):
    """The server will not answer this, and did not say why in OpenML's words."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP status {status}")
        self.status = status


class _Watch:
    """Closes the sockets of a connection at a time that can be moved."""

    def __init__(self, seconds: float) -> None:
        self.sockets: list[socket.socket] = []
        self.expired = False
        self._until = time.monotonic() + seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._guard, daemon=True)
        self._thread.start()

    def extend(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _guard(self) -> None:
        while not self._ended.wait(min(PULSE, max(0.0, self._until - time.monotonic()))):
            if time.monotonic() >= self._until:
                self.expired = True
                for one in self.sockets:
                    with contextlib.suppress(OSError):
                        one.shutdown(socket.SHUT_RDWR)
                return


def _watched_pools(watch: _Watch) -> dict[str, Any]:
    """Return connection pools whose connections tell the watch their sockets."""

    def watched(connection: type[Any], pool: type[Any]) -> type[Any]:
        class Connection(connection):  # type: ignore[misc]
            def _new_conn(self) -> socket.socket:
                new: socket.socket = super()._new_conn()
                watch.sockets.append(new)
                return new

            def connect(self) -> None:
                super().connect()
                if self.sock is not None:
                    watch.sockets.append(self.sock)

        return type("Pool", (pool,), {"ConnectionCls": Connection})

    from urllib3.connection import HTTPConnection, HTTPSConnection

    return {
        "http": watched(HTTPConnection, urllib3.HTTPConnectionPool),
        "https": watched(HTTPSConnection, urllib3.HTTPSConnectionPool),
    }


class _Adapter(HTTPAdapter):
    def __init__(self, watch: _Watch) -> None:
        self._pools = _watched_pools(watch)
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **settings: Any) -> None:
        super().init_poolmanager(*arguments, **settings)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **settings: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **settings)
        manager.pool_classes_by_scheme = self._pools
        return manager


class TimedSession(requests.Session):
    """One request and its answer, whole and in time, or an error that says which."""

    def __init__(self, settings: OpenMLSettings) -> None:
        super().__init__()
        self._settings = settings

    def get(self, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        """Return the answer to a request, its body read to the end.

        Raises
        ------
        BusyError
            If the server is down, overloaded or cuts the connection.
        TooSlowError
            If it takes too long.
        RefusedError
            If it refuses without a message of OpenML's.
        """
        timeout = self._settings.timeout
        watch = _Watch(timeout)
        adapter = _Adapter(watch)
        self.mount("http://", adapter)
        self.mount("https://", adapter)
        try:
            response = super().get(url, timeout=timeout, stream=True, **options)
            self._read(response, watch)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            if watch.expired or isinstance(error, requests.Timeout | TimeoutError):
                raise TooSlowError(f"no whole answer within {timeout:g} s") from None
            raise BusyError(_told(error)) from None
        finally:
            watch.end()
            adapter.close()
        if watch.expired:
            raise TooSlowError("the answer dripped and was given up")
        self._check(response)
        return response

    def _read(self, response: requests.Response, watch: _Watch) -> None:
        begun, pieces = time.monotonic(), []
        grace = min(GRACE, self._settings.timeout)
        watch.extend(grace)
        piece_size = min(LARGEST_PIECE, max(1, int(self._settings.slowest * grace / 2)))
        for piece in response.iter_content(piece_size):
            pieces.append(piece)
            allowed = grace + response.raw.tell() / self._settings.slowest
            watch.extend(begun + allowed - time.monotonic())
        response._content = b"".join(pieces)
        if "charset" not in response.headers.get("Content-Type", ""):
            response.encoding = "utf-8"  # OpenML's, where requests would take Latin 1

    @staticmethod
    def _check(response: requests.Response) -> None:
        status = response.status_code
        is_told = status not in TOO_LONG and b"error>" in response.content
        if status in TOO_SLOW:
            raise TooSlowError(f"HTTP status {status}", response.headers.get("Retry-After"))
        if status in TRANSIENT or status > 501 or (status == 412 and not is_told):
            raise BusyError(f"HTTP status {status}", response.headers.get("Retry-After"))
        if status != 200 and not is_told:
            raise RefusedError(status)


def _told(error: BaseException) -> str:
    """Say what failed without the URL: it may hold the key of the user."""
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    reason = getattr(error, "strerror", None) or type(error).__name__
    return f"the connection failed ({reason})"


def timed_requests(settings: OpenMLSettings) -> SimpleNamespace:
    """Return what stands for the module ``requests`` in the client: sessions with a limit."""
    return SimpleNamespace(
        Session=lambda: TimedSession(settings),
        Response=requests.Response,
        exceptions=requests.exceptions,
        codes=requests.codes,
        utils=requests.utils,
    )
