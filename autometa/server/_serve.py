"""serve(): the service on a port, until it is asked to end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from autometa.server._app import create_app
from autometa.server._events import Hub
from autometa.server._settings import Settings

END_SECONDS = 3  # answers that are under way get so long when the server is asked to end
HEADER_SECONDS = 10.0  # for a client to say what it wants
MAX_CONNECTIONS = 2000  # beyond, a 503: each takes a descriptor


class _ImpatientProtocol(H11Protocol):
    """Drops connections whose first request does not begin: uvicorn waits for ever."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._begin = self.loop.call_later(HEADER_SECONDS, self._drop_if_silent)

    def connection_lost(self, exc: Exception | None) -> None:
        self._begin.cancel()
        super().connection_lost(exc)

    def _drop_if_silent(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.close()


class _Server(uvicorn.Server):
    """A server that says it is listening, and closes streams before it waits for them."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[int], None], hub: Hub) -> None:
        super().__init__(config)
        self._ready = ready
        self._hub = hub

    async def startup(self, sockets: Any = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets=sockets)
        if self.started:
            self._ready(self.servers[0].sockets[0].getsockname()[1])

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        self._loop.call_soon_threadsafe(lambda: self._loop.create_task(self._hub.end()))


def serve(settings: Settings, ready: Callable[[int], None] = lambda port: None) -> None:
    """Serve until SIGINT or SIGTERM.

    Parameters
    ----------
    settings : Settings
    ready : callable, optional
        Called with the port once it listens.
    """
    _log_to_stderr()
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=_ImpatientProtocol,
        ws="none",
        access_log=False,  # it has paths in it; the gate logs without
        log_config=None,
        server_header=False,
        date_header=True,
        proxy_headers=False,  # anybody can say where they come from
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=END_SECONDS,
    )
    _Server(config, ready, app.hub).run()


def _log_to_stderr() -> None:
    logger = logging.getLogger("autometa.server")
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
