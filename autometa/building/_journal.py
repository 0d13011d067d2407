"""The journal of a build: one line a finished evaluation, on the disk before the next begins."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from autometa._limits import MAX_JOURNAL_BYTES, parse_json, read_bounded
from autometa.exceptions import KnowledgeBaseWriteError
from autometa.knowledge_base.storage._files import unreadable, write_whole

TEXTS = ("task_id", "algorithm", "config")


class Journal:
    """An append-only file of JSON lines; a line torn by a kill is dropped when read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: list[dict[str, Any]] = _read(path)
        if path.exists():
            self._rewrite()

    def append(self, entry: dict[str, Any]) -> None:
        """Add an entry; it is on the disk when this returns."""
        try:
            with open(self.path, "a", opener=_no_link, encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise KnowledgeBaseWriteError(
                f"Could not write '{self.path}': {error.strerror}. What was measured before is "
                "kept: make room, and run the same command again."
            ) from error
        self.entries.append(entry)

    def drop(self, task_id: str) -> None:
        """Forget the entries of a task, once they are kept elsewhere."""
        self.entries = [entry for entry in self.entries if entry["task_id"] != task_id]
        self._rewrite()

    def _rewrite(self) -> None:
        text = "".join(json.dumps(entry) + "\n" for entry in self.entries)
        write_whole(self.path, text.encode())


def _no_link(path: str, flags: int) -> int:
    """Open a file, but not one that a link of this name leads to."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        data = read_bounded(path, MAX_JOURNAL_BYTES)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unreadable(path, error) from error
    entries = []
    for line in data.split(b"\n"):
        try:
            entry = parse_json(line)
        except ValueError:
            continue  # torn by a kill while it was written
        if _is_entry(entry):
            entries.append(entry)
    return entries


def _is_entry(entry: Any) -> bool:
    """Say whether this is what a build wrote of an evaluation: what is not is measured again."""
    return (
        isinstance(entry, dict)
        and all(isinstance(entry.get(name), str) for name in TEXTS)
        and isinstance(entry.get("fidelity", 1.0), float | int)
        and isinstance(entry.get("value"), dict | None)
    )
