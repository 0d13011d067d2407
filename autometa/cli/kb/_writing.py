"""What commands that write have in common: where to, and how to only say what would happen."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autometa.cli._knowledge_bases import OWN
from autometa.cli._output import say
from autometa.exceptions import AutoMetaError, ParameterError


def written_folder(name: str) -> Path:
    """Return the folder that a command is to write to.

    Raises
    ------
    ParameterError
        If it is the one that ships, by a name: it is what others compare with, and the next
        installation replaces it. Who makes it names its path.
    """
    from autometa.knowledge_base import folder_named
    from autometa.knowledge_base.storage._folders import bundled_folder

    folder = folder_named(name)
    if name.startswith("kb:") and folder == bundled_folder():
        raise ParameterError(
            f"'{name}' is the knowledge base that ships with autometa, and is only read. Name "
            f"another, such as '{OWN}', or a copy of it."
        )
    return folder


def target_folder(to: str | None, out: Path | None = None) -> tuple[str, Path]:
    """Return the name and folder of the knowledge base that gets what a command writes.

    Parameters
    ----------
    to : str or None
        One to add to, begun when there is none; None is the user's own.
    out : Path or None
        Instead, the folder of a new one.

    Raises
    ------
    ParameterError
        If both are given, or ``out`` is not new.
    """
    from autometa.knowledge_base import is_knowledge_base

    if out is None:
        name = to or OWN
        folder = written_folder(name)
        if name == OWN:
            say(f"Adding to your own knowledge base, '{folder}'.")
        return name, folder
    if to is not None:
        raise ParameterError(
            f"Give one of --to, which adds, and --out, which creates. Got '{to}' and '{out}'."
        )
    if out.exists() and not out.is_dir():
        raise ParameterError(f"'--out' must be a new folder. '{out}' is a file.")
    if is_knowledge_base(out):
        raise ParameterError(
            f"'--out' must be a new folder. '{out}' holds a knowledge base; --to adds to it."
        )
    return str(out), out


@contextlib.contextmanager
def would_write(folder: Path, dry_run: bool) -> Iterator[Path]:
    """Yield the folder to write to: with ``dry_run`` a copy, which is then dropped.

    What is counted is then what the command would do, by the code that does it. Parts
    never change, so where the temporary folder lies on the same disk they are linked.
    """
    if not dry_run:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="autometa-dry-run-") as temporary:
        copy = Path(temporary) / folder.name
        if folder.is_dir():
            shutil.copytree(folder, copy, copy_function=_link_or_copy)
        try:
            yield copy
        except AutoMetaError as error:  # what it says is of the folder that was named
            error.args = tuple(str(arg).replace(str(copy), str(folder)) for arg in error.args)
            raise
    say("This was a dry run: nothing was written.")


def _link_or_copy(source: str, target: str) -> None:
    if source.endswith(".parquet"):  # parts are immutable; a manifest is not
        with contextlib.suppress(OSError):  # another disk, or a file system without links
            os.link(source, target)
            return
    shutil.copy2(source, target)
