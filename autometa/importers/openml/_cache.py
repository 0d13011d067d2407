"""Answers of a server on disk: one file a request, written whole or not at all.

A file is the gzip of one line of JSON about the request and the body below it.
What a killed process leaves behind is a temporary file that nobody reads, and
gzip's checksum tells a damaged file, which is then fetched again.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autometa._common.files import write_whole
from autometa._limits import MAX_ARCHIVE_BYTES, gunzip, parse_json, read_bounded
from autometa.exceptions import KnowledgeBaseError

ABANDONED_AFTER = 3600.0
MAX_LINE = 1 << 20  # what is kept beside an answer has a few hundred bytes


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server said to one request.

    Attributes
    ----------
    body : str
        XML; empty when the request was refused.
    refused : str
        Why the server will not answer it ("412", "404"), or "" when it did.
    code : int
        OpenML's number of the refusal, 0 for none.
    message : str
        Its words.
    """

    body: str = ""
    refused: str = ""
    code: int = 0
    message: str = ""


class Cache:
    """The answers of one server in one folder."""

    def __init__(self, folder: Path, server: str) -> None:
        host = re.sub(r"[^A-Za-z0-9.]+", "-", server.split("//")[-1]).strip("-")
        self.folder = folder / host
        self.server = server
        self._sweep()

    def _sweep(self) -> None:
        """Remove what processes killed long ago left of answers they were writing."""
        for left in self.folder.glob("*/.autometa.*.tmp"):
            with contextlib.suppress(OSError):
                if left.stat().st_mtime < time.time() - ABANDONED_AFTER:
                    left.unlink()

    def get(self, call: str) -> Answer | None:
        """Return the answer to ``call``, or None when it is not there or damaged."""
        answer = self._read(self._path(call))
        if answer is None or answer[0].get("call") != call:
            return None
        about, body = answer
        return Answer(
            body=body,
            refused=about.get("refused", ""),
            code=about.get("code", 0),
            message=about.get("message", ""),
        )

    def put(self, call: str, answer: Answer, **about: Any) -> None:
        """Keep the answer to ``call``; a reader sees all of it or nothing."""
        about = {
            "call": call,
            "server": self.server,
            "refused": answer.refused,
            "code": answer.code,
            "message": answer.message,
            **about,
        }
        content = f"{json.dumps(about)}\n{answer.body}".encode()
        path = self._path(call)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, gzip.compress(content, compresslevel=3, mtime=0))
        except OSError as error:
            raise KnowledgeBaseError(
                f"The folder of OpenML's answers must be writable. Got '{path.parent}' "
                f"({error.strerror}). Name another one as the cache."
            ) from error

    def about(self, kind: str) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield what is known of each answer of a kind, and its call, without the bodies."""
        for path in sorted((self.folder / kind).glob("*.gz")):
            try:
                with gzip.open(path, "rb") as file:
                    about = parse_json(file.readline(MAX_LINE))
            except (OSError, EOFError, zlib.error, ValueError):
                continue
            yield about, str(about.get("call", ""))

    def _path(self, call: str) -> Path:
        digest = hashlib.sha256(call.encode()).hexdigest()[:24]
        return self.folder / kind_of(call) / f"{digest}.gz"

    @staticmethod
    def _read(path: Path) -> tuple[dict[str, Any], str] | None:
        try:
            first, _, body = gunzip(read_bounded(path, MAX_ARCHIVE_BYTES)).decode().partition("\n")
            return parse_json(first), body
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error, ValueError):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            return None


def kind_of(call: str) -> str:
    """Return the words of a call that stand before its ids and filters.

    Examples
    --------
    >>> kind_of("evaluation/list/function/predictive_accuracy"), kind_of("data/qualities/31")
    ('evaluation-list', 'data-qualities')
    """
    words = [word for word in call.split("/")[:2] if not word.isdigit()]
    return "-".join(words) if words[0] != "study" else "study"
