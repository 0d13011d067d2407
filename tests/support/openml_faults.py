"""Faults of a server: each answers one request in its own bad way."""

from __future__ import annotations

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

Fault = Callable[[BaseHTTPRequestHandler, bytes], None]


def status(code: int, body: str = "<html><br>down</html>", **headers: str) -> Fault:
    """Answer with a status that is not OpenML's."""

    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body.encode())))
        handler.end_headers()
        handler.wfile.write(body.encode())

    return answer


def truncated(part: float = 0.5, *, says_so: bool = False) -> Fault:
    """Answer with the first part of the body; ``says_so`` keeps the length of all of it."""

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        cut = body[: int(len(body) * part)]
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body if says_so else cut)))
        handler.end_headers()
        handler.wfile.write(cut)
        handler.close_connection = True

    return answer


def reset(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True
    handler.connection.close()


def dripping(seconds: float, pause: float = 0.05) -> Fault:
    """Answer a byte at a time for so long, then the rest."""

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        n_sent, until = 0, time.monotonic() + seconds
        while time.monotonic() < until and n_sent < len(body):
            handler.wfile.write(body[n_sent : n_sent + 1])
            handler.wfile.flush()
            n_sent += 1
            time.sleep(pause)
        handler.wfile.write(body[n_sent:])

    return answer


def dripping_head(seconds: float) -> Fault:
    """Send header after header for so long, and no body."""

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        until, n_sent = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            handler.wfile.write(b"X-Header-%d: 1\r\n" % n_sent)
            handler.wfile.flush()
            n_sent += 1
            time.sleep(0.05)
        handler.close_connection = True

    return answer


def silent(seconds: float) -> Fault:
    """Say nothing for so long."""

    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return answer
