"""A server on this machine that answers as OpenML does, keeps what it was asked, and misbehaves."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from openml_api import Api
from openml_faults import Fault
from openml_world import World

ROOT = "/api/v1/xml/"


class Loopback:
    """The server; use it as a context.

    Attributes
    ----------
    calls : list of str
        Paths that were asked for, below the API's.
    api : Api
        What answers; its limits can be changed.
    keys : set of str
        API keys that were sent.
    faults : deque of Fault
        Each answers one request, in order; ``fault_when`` says which requests.
    lacks : set of str
        First words of calls that this server does not know ("run/list").
    """

    def __init__(self, world: World, *, longest_path: int = 8_190) -> None:
        self.world, self.api = world, Api(world)
        self.calls: list[str] = []
        self.times: list[float] = []
        self.keys: set[str] = set()
        self.agents: set[str] = set()
        self.faults: deque[Fault] = deque()
        self.fault_when: Callable[[str], bool] = lambda _: True
        self.lacks: set[str] = set()
        self.longest_path = longest_path
        self.delay = 0.0
        self._lock = threading.Lock()
        self._httpd = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._httpd.daemon_threads = True

    @property
    def url(self) -> str:
        """URL of the API, as the client is configured with."""
        return f"http://127.0.0.1:{self._httpd.server_port}{ROOT.rstrip('/')}"

    def __enter__(self) -> Loopback:
        threading.Thread(target=self._httpd.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._httpd.shutdown()
        self._httpd.server_close()

    def count(self, words: str = "") -> int:
        """Return how many calls began with these words."""
        return sum(call.startswith(words) for call in self.calls)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                try:
                    loopback._serve(self)
                except (BrokenPipeError, ConnectionResetError, ValueError):
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        call = unquote(parts.path.removeprefix(ROOT))
        with self._lock:
            self.calls.append(call)
            self.times.append(time.monotonic())
            self.keys |= set(parse_qs(parts.query).get("api_key", []))
            self.agents.add(handler.headers.get("user-agent", ""))
            is_faulty = bool(self.faults) and self.fault_when(call)
            fault = self.faults.popleft() if is_faulty else None
        time.sleep(self.delay)
        code, text = self._answer(handler, call)
        body = text.encode()
        if fault is not None:
            fault(handler, body)
            return
        handler.send_response(code)
        handler.send_header("Content-Type", "text/xml; charset=utf-8")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _answer(self, handler: BaseHTTPRequestHandler, call: str) -> tuple[int, str]:
        if len(handler.path) > self.longest_path:
            return 414, "<html>Request-URI Too Long</html>"
        if any(call.startswith(words) for words in self.lacks):
            return 404, "<html><head><title>404 Not Found</title></head></html>"
        return self.api.answer(call)
