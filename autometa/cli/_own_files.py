"""Files that a command writes: never one that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autometa.exceptions import OutputError

WRITTEN = ("save", "code", "report", "out")  # options that name one file, replaced as it is
SQLITE = "sqlite:///"


def check_reads_none(given: Mapping[str, Any]) -> None:
    """Raise when what is to be written would take the place of what is read.

    Parameters
    ----------
    given : mapping
        Values of arguments and options, by the names of their parameters.

    Raises
    ------
    OutputError
        If one file is both, however its names are spelled.
    """
    for option in WRITTEN:
        path = given.get(option)
        if not isinstance(path, Path) or not _is_file(path):
            continue
        if any(read.samefile(path) for read in _files_read(given)):
            raise OutputError(
                f"'--{option}' must not name a file that the command reads: what is in '{path}' "
                "would be lost. Name another."
            )


def _files_read(given: Mapping[str, Any]) -> Iterator[Path]:
    for name, value in given.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            if name not in WRITTEN and isinstance(one, str | Path):
                path = Path(str(one).removeprefix(SQLITE))
                if _is_file(path):
                    yield path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a text that is too long, or holds what no name may
        return False
