"""The gate before every route: who asks, from where, how often, how much, how slowly.

Plain ASGI, so that answers that go on for long pass through it unread.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from autometa.server._errors import ApiError, internal, place_of
from autometa.server._hosts import is_own_host, is_own_origin, names_of
from autometa.server._identity import NOBODY, caller_of, cookie_header
from autometa.server._metrics import Metrics
from autometa.server._rate import RateLimit
from autometa.server._settings import Settings, is_loopback

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

logger = logging.getLogger(__name__)

# What needs no token: whether it lives, what it is, and the page that asks for the token.
OPEN = ("/health", "/openapi.json", "/login", "/static/")
# A form of a page of another site can be of these kinds only, and goes through the check of
# its origin; every other kind makes a browser ask first, which is never granted.
KINDS = ("application/json", "multipart/form-data", "application/x-www-form-urlencoded")
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # "no-referrer" would make browsers send the forms of this page with "Origin: null"
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Lets a request through to the routes, or answers it.

    Parameters
    ----------
    app : ASGI application
    settings : Settings
    metrics : Metrics
    """

    def __init__(self, app: App, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics
        self._names = names_of(settings)
        self._is_public = not is_loopback(settings.host)
        self._rate = RateLimit(settings.limits.requests_per_second, settings.limits.burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        began = time.monotonic()
        exchange = _Exchange(scope, send)
        try:
            self._check(scope, exchange)
            body = _Body(receive, self._settings.limits.upload_bytes, began, self._settings)
            scope["autometa.body"] = body
            await self._app(scope, body.receive, exchange.send)
        except ApiError as error:
            await exchange.refuse(error)
        except Exception as error:
            # the place of the fault, not its message: that may quote a cell of the table
            logger.error("%s at %s", type(error).__name__, place_of(error))
            await exchange.refuse(internal())
        finally:
            seconds = time.monotonic() - began
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.count(scope["method"], route, exchange.status, seconds)
            # never the path, which may hold what a client calls its things
            logger.info("%s %s %d %.3f s", scope["method"], route, exchange.status, seconds)

    def _check(self, scope: Scope, exchange: _Exchange) -> None:
        headers = _headers(scope)
        if not is_own_host(headers.get("host", ""), self._names, is_public=self._is_public):
            raise ApiError(
                421, "HostError", "This server is not called so. Start it with --allowed-host."
            )
        changes = scope["method"] not in ("GET", "HEAD", "OPTIONS")
        if changes and not is_own_origin(headers):
            raise ApiError(403, "OriginError", "Pages of other sites may not ask this server.")
        self._identify(scope, headers, exchange)
        if changes:
            _check_body(headers, self._settings.limits.upload_bytes)

    def _identify(self, scope: Scope, headers: dict[str, str], exchange: _Exchange) -> None:
        caller = caller_of(headers, self._settings.tokens)
        # without a token a caller is a cookie, of which anybody can have many
        address = (scope.get("client") or ("",))[0]
        wait = self._rate.wait(caller.owner if caller.has_token else address)
        if wait:
            raise ApiError(
                429,
                "RateLimitError",
                "Too many requests; ask more slowly.",
                retry_after=math.ceil(wait),
            )
        if caller == NOBODY and not scope["path"].startswith(OPEN):
            if "text/html" in headers.get("accept", "") and scope["method"] == "GET":
                raise _LoginNeeded
            raise ApiError(
                401, "TokenError", "A token is needed: send 'Authorization: Bearer TOKEN'."
            )
        scope["autometa.caller"] = caller
        if caller.new_cookie is not None:
            secure = scope.get("scheme") == "https"
            exchange.cookie = cookie_header(caller.new_cookie, is_secure=secure)


class _LoginNeeded(ApiError):  # noqa: N818 - no fault, a way
    """Leads a browser to the page that asks for the token."""

    def __init__(self) -> None:
        super().__init__(303, "TokenError", "A token is needed.")

    @property
    def headers(self) -> dict[str, str]:
        """Where to go."""
        return {"Location": "/login"}


def _check_body(headers: dict[str, str], limit: int) -> None:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    length = headers.get("content-length", "")
    has_body = length not in ("", "0") or "transfer-encoding" in headers
    if has_body and kind not in KINDS:
        raise ApiError(
            415, "ContentTypeError", f"The body must be of one of the kinds {', '.join(KINDS)}."
        )
    if length.isdigit() and int(length) > limit:
        raise too_large(limit)


def too_large(limit: int) -> ApiError:
    """Return the refusal of a body beyond the limit."""
    return ApiError(413, "LimitError", f"An upload may have {limit:,} bytes. Send a sample.")


class _Body:
    """The body of a request as it arrives: counted, and given up when it is slow."""

    def __init__(self, receive: Receive, limit: int, began: float, settings: Settings) -> None:
        self._receive = receive
        self._limit = limit
        self._until = began + settings.limits.upload_seconds
        self._size = 0
        self._is_whole = False

    async def receive(self) -> Message:
        """Return the next part."""
        if self._is_whole:  # all that can come now is that the client leaves
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline()):
                message = await self._receive()
        except TimeoutError:
            raise ApiError(
                408, "SlowUploadError", "The upload took too long. Send a smaller table."
            ) from None
        self._size += len(message.get("body", b""))
        if self._size > self._limit:
            raise too_large(self._limit)
        self._is_whole = not message.get("more_body", False)
        return message

    def _deadline(self) -> float:
        left = self._until - time.monotonic()
        return asyncio.get_running_loop().time() + max(0.0, left)


class _Exchange:
    """One answer on its way out, with the headers that every answer has."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self.cookie: str | None = None
        self.status = 0

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = {name for name, _ in message.get("headers", [])}
            added = [
                (name.encode(), value.encode())
                for name, value in HEADERS.items()
                if name.encode() not in given
            ]
            if self.cookie is not None and b"set-cookie" not in given:
                added.append((b"set-cookie", self.cookie.encode()))
            message = {**message, "headers": [*message.get("headers", []), *added]}
        await self._send(message)

    async def refuse(self, error: ApiError) -> None:
        """Answer with a refusal, unless an answer is under way."""
        if self.status:
            return
        headers = {"content-type": "application/json", **error.headers}
        # what is left of a body that was refused is not read: the connection cannot go on
        headers["connection"] = "close"
        pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        start = {"type": "http.response.start", "status": error.status, "headers": pairs}
        await self.send(start)
        await self.send({"type": "http.response.body", "body": json.dumps(error.content).encode()})


def _headers(scope: Scope) -> dict[str, str]:
    """Return the headers by name; one that is given twice counts as both, which is no host."""
    found: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1")
        separator = "; " if name == "cookie" else ", "
        found[name] = f"{found[name]}{separator}{text}" if name in found else text
    return found
