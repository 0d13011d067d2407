"""The thin adapter on the openml client: one call in, one answer out, asked politely.

The client builds the URL, adds the user's key and reads OpenML's errors; it does
so from a private copy of its module of calls, whose session and configuration are
ours, so that nothing the user set in the client is touched. FitTimeModel, patience and
what is kept on disk are decided here.
"""

from __future__ import annotations

import email.utils
import importlib
import importlib.util
import logging
import os
import random
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from autometa.exceptions import KnowledgeBaseError, KnowledgeBaseSourceError
from autometa.importers.openml import _xml
from autometa.importers.openml._cache import Answer, Cache
from autometa.importers.openml._settings import OpenMLSettings

DATABASE_IS_DOWN = 107
TOO_MUCH = "too much at once"
OBEYED_UP_TO = 300.0
PATIENCE = 2
# Refusals that depend on who asks from where: another key or another proxy, another answer.
NOT_OF_THE_QUESTION = ("401", "403", "407")


class SlowSourceError(KnowledgeBaseSourceError):
    """The server is there, but takes too long for this."""


class Client:
    """Asks one OpenML server; what was answered once is read from disk.

    Attributes
    ----------
    n_requests : int
        Requests made, repeated ones included.
    largest_page : int
        Most rows that one page of a listing had so far.
    on_wait : callable or None
        Called with a line about what is waited for, before a pause.
    """

    def __init__(self, settings: OpenMLSettings) -> None:
        self.settings = settings
        self.n_requests = 0
        self.largest_page = 0
        self.on_wait: Callable[[str], None] | None = None
        self._random = random.Random()  # noqa: S311 - spreads requests, hides nothing
        self._began = float("-inf")
        self._calls: ModuleType | None = None
        self.server = _api_url(settings.server or str(_openml(settings.folder).config.server))
        self._cache = Cache(settings.folder, self.server)

    def ask(
        self, call: str, root: str, *, lasts: bool = False, can_be_less: bool = False, **about: Any
    ) -> Answer:
        """Return the answer to a call such as ``task/list/task_id/1,2``.

        Parameters
        ----------
        call : str
            Path below the API's URL.
        root : str
            Name of the element that the answer must be.
        lasts : bool, default=False
            Whether the answer can never change, so that not even a refresh asks.
        can_be_less : bool, default=False
            Whether to answer `TOO_MUCH` when the server twice took too long, so that
            less can be asked for.
        **about
            Kept beside the answer; see `about`.

        Raises
        ------
        KnowledgeBaseSourceError
            If no whole answer came within the number of tries.
        """
        kept = self._cache.get(call)
        if kept is not None and _reads(kept, root):
            is_fixed = lasts and not kept.refused
            if is_fixed or not self.settings.refresh:
                return kept
        answer = self._fetch(call, root, can_be_less)
        if answer.refused not in NOT_OF_THE_QUESTION:
            self._cache.put(call, answer, **about)
        return answer

    def about(self, kind: str) -> list[tuple[dict[str, Any], str]]:
        """Return what was kept beside the answers of a kind, each with its call."""
        return list(self._cache.about(kind))

    def _fetch(self, call: str, root: str, can_be_less: bool) -> Answer:
        from autometa.importers.openml import _transport

        why, n_slow = "", 0
        for attempt in range(self.settings.tries):
            self._keep_pace()
            retry_after = None
            try:
                answer = self._request(call)
                if _reads(answer, root):
                    return answer
                n_slow, why = 0, f"an answer that is cut off or not a list of {root!r}"
            except _transport.BusyError as busy:
                why, retry_after = str(busy), _seconds(busy.retry_after)
                n_slow = n_slow + 1 if isinstance(busy, _transport.TooSlowError) else 0
                if can_be_less and n_slow == PATIENCE:
                    return Answer(refused=TOO_MUCH, message=why)
            if attempt + 1 < self.settings.tries:
                self._pause(attempt, retry_after, why)
        error = SlowSourceError if n_slow >= PATIENCE else KnowledgeBaseSourceError
        raise error(
            f"'{self.server}' must answer '{_short(call)}'. Got {why}, "
            f"{self.settings.tries} times. What was fetched is kept: run the same again later, "
            "with more tries or a longer timeout if the server is only slow."
        )

    def _request(self, call: str) -> Answer:
        """Ask once; errors of OpenML's own are answers, errors of the way there are not."""
        from autometa.importers.openml import _transport

        calls, exceptions = self._call_module(), sys.modules["openml.exceptions"]
        self.n_requests += 1
        try:
            return _told(Answer(body=calls._perform_api_call(call, "get")))
        except exceptions.OpenMLServerException as error:
            if error.code == DATABASE_IS_DOWN:
                raise _transport.BusyError("that its database is down (code 107)") from None
            message = str(error.message).removesuffix(" - None").strip()
            return Answer(refused="412", code=int(error.code or 0), message=message)
        except exceptions.OpenMLNotAuthorizedError as error:
            return Answer(refused="401", message=str(error.message))
        except _transport.RefusedError as error:
            return Answer(refused=str(error.status), message=str(error))
        except (exceptions.OpenMLServerError, KeyError, TypeError, ValueError):
            raise _transport.BusyError("an error message that is not OpenML's") from None

    def _call_module(self) -> ModuleType:
        if self._calls is None:
            from autometa.importers.openml import _transport

            config = _openml(self.settings.folder).config
            is_its_own = urlsplit(self.server).netloc == urlsplit(str(config.server)).netloc
            self._calls = _private_copy("openml._api_calls")
            self._calls.requests = _transport.timed_requests(self.settings)  # type: ignore[attr-defined]
            self._calls.config = SimpleNamespace(  # type: ignore[attr-defined]
                server=self.server,
                apikey=config.apikey if is_its_own else "",
                connection_n_retries=1,
                retry_policy="human",
                show_progress=False,
            )
            self._calls.logging = _quiet_log()  # type: ignore[attr-defined]
        return self._calls

    def _keep_pace(self) -> None:
        wait = self._began + self.settings.interval - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._began = time.monotonic()

    def _pause(self, attempt: int, retry_after: float | None, why: str) -> None:
        seconds = min(self.settings.pause * 2.0**attempt, self.settings.longest_pause)
        seconds *= self._random.uniform(0.5, 1.0)
        if retry_after is not None:
            if retry_after > OBEYED_UP_TO:
                raise KnowledgeBaseSourceError(
                    f"'{self.server}' must answer now. It asks to be left alone for "
                    f"{retry_after:.0f} s. What was fetched is kept: run the same again then."
                )
            seconds = max(seconds, retry_after)
        if self.on_wait is not None:
            self.on_wait(f"waiting {seconds:.1f} s after {why}")
        time.sleep(seconds)


def _reads(answer: Answer, root: str) -> bool:
    """Return whether the answer is a refusal, or XML of the wanted root from end to end."""
    return bool(answer.refused) or _xml.is_whole(answer.body, root)


def _told(answer: Answer) -> Answer:
    """Return an error that came as if all was well as the refusal it is."""
    if not _xml.is_whole(answer.body, "error"):
        return answer
    error = _xml.row(_xml.parse(answer.body))
    code = _xml.integer(error.get("code")) or 0
    return Answer(refused="200", code=code, message=error.get("message", ""))


def _api_url(server: str) -> str:
    """Return the URL of the API; a bare host gets the path of version 1."""
    url = server if "//" in server else f"https://{server}"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise KnowledgeBaseError(
            f"The server must be the URL of an OpenML API. Got {server!r} instead of one like "
            "'https://www.openml.org/api/v1/xml'."
        )
    if parts.path.strip("/") == "":
        url = f"{parts.scheme}://{parts.netloc}/api/v1/xml"
    return url.rstrip("/")


def _openml(folder: Path) -> ModuleType:
    """Return the client; one without a usable home gets a home in our own folder.

    The client creates folders while it is imported, and fails where it cannot.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the client's own, about its future
        try:
            return importlib.import_module("openml")
        except OSError:
            for name in [name for name in sys.modules if name.split(".")[0] == "openml"]:
                del sys.modules[name]
        home = folder / "client"
        before = {name: os.environ.get(name) for name in ("XDG_CONFIG_HOME", "OPENML_CACHE_DIR")}
        try:
            os.environ.update(XDG_CONFIG_HOME=str(home), OPENML_CACHE_DIR=str(home))
            return importlib.import_module("openml")
        except OSError as error:
            raise KnowledgeBaseError(
                f"The openml client needs a folder it may write to. Got '{home}' "
                f"({error.strerror}). Name another one as the cache."
            ) from error
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def _private_copy(name: str) -> ModuleType:
    """Return a module of its own, executed anew and known to nobody else."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise KnowledgeBaseError(
            "The openml client must be of a version from 0.15 on. Got one without "
            f"'{name}': install openml 0.15."
        )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _quiet_log() -> logging.Logger:
    """Return a log for the client, which else says a line about each uncompressed answer."""
    log = logging.getLogger("autometa.importers.openml")
    log.setLevel(logging.ERROR)
    return log


def _seconds(retry_after: str | None) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for, as a number or as a date."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _short(call: str) -> str:
    return call if len(call) <= 100 else f"{call[:97]}..."
