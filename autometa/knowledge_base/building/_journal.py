"""The journal of a build: one line a finished evaluation, on the disk before the next begins."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from autometa.knowledge_base._parts import write_whole


class Journal:
    """An append-only file of JSON lines; a line torn by a kill is dropped when read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: list[dict[str, Any]] = _read(path)
        if path.exists():
            self._rewrite()

    def append(self, entry: dict[str, Any]) -> None:
        """Add an entry; it is on the disk when this returns."""
        with self.path.open("a") as file:
            file.write(json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.entries.append(entry)

    def drop(self, task_id: str) -> None:
        """Forget the entries of a task, once they are kept elsewhere."""
        self.entries = [entry for entry in self.entries if entry["task_id"] != task_id]
        self._rewrite()

    def _rewrite(self) -> None:
        text = "".join(json.dumps(entry) + "\n" for entry in self.entries)
        write_whole(self.path, text.encode())


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    entries = []
    for line in path.read_text().splitlines():
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError:
            continue  # torn by a kill while it was written
    return entries
