"""Files that a run is asked to write: checked before it begins, whole or not at all at its end."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from autometa._common import files
from autometa.exceptions import OutputError
from autometa.tuning.saved._model_info import MANIFEST

MIN_FREE_BYTES = 2 << 20  # the smallest models and scripts need less; large ones may need more


def check_output(path: str | os.PathLike[str], option: str = "path") -> None:
    """Raise when a file cannot be written there, before anything is spent on its content.

    Raises
    ------
    OutputError
        If it is a folder, its own folder is missing or may not be written to, or
        the disk is full. ``option`` is what the path was given as.
    """
    target = _target(path)
    if target.is_dir():
        raise OutputError(f"'{option}' must name a file to write. '{path}' is a folder.")
    if _is_special(target):
        return
    folder = target.parent
    if not folder.is_dir():
        raise OutputError(
            f"'{option}' must lie in a folder that exists. There is no folder '{folder}'; "
            "make it first."
        )
    _check_room(path, target)


def check_output_folder(path: str | os.PathLike[str], option: str = "path") -> None:
    """Raise when a folder, which is made where it is missing, cannot be written to.

    Raises
    ------
    OutputError
        If it is a file, lies below one, may not be written to, or the disk is full. ``option`` is
        what the path was given as.
    """
    place = Path(path).resolve()
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise OutputError(f"'{option}' must name a folder. '{place}' is a file; name another.")
    _check_room(path, place / "any")


def _check_room(path: str | os.PathLike[str], target: Path) -> None:
    """Raise unless a file may be made there, and the disk has room for it."""
    try:
        handle, probe = files.open_beside(target)  # asks about rights, quotas and read-only disks
        os.close(handle)
        probe.unlink()
        free = shutil.disk_usage(target.parent).free
    except OSError as error:
        raise OutputError(f"'{path}' cannot be written: {reason_of(error)}.") from error
    if free < MIN_FREE_BYTES:
        raise OutputError(
            f"'{path}' cannot be written: the disk of '{target.parent}' has {free} bytes left; "
            f"{MIN_FREE_BYTES} are the least that is needed."
        )


def check_replaces_model(path: str | os.PathLike[str], option: str = "path") -> None:
    """Raise when a model would take the place of something else.

    A saved model may be replaced, and so may an empty file, as `tempfile` makes one.

    Raises
    ------
    OutputError
        If the file holds anything else.
    """
    if _is_own_onnx(_target(path)):
        return
    if not files.may_replace(_target(path), MANIFEST):
        raise OutputError(
            f"'{option}' must name a new file, or a saved model to replace. '{path}' is another "
            "file; name one that does not exist, or remove it."
        )


def _is_own_onnx(path: Path) -> bool:
    """Say whether a file is an ONNX model that names us as its producer, which comes first."""
    if not path.is_file():  # a pipe would be waited for
        return False
    try:
        with path.open("rb") as file:
            return b"autometa" in file.read(64)
    except OSError:
        return False


def write_whole(
    path: str | os.PathLike[str],
    content: bytes | memoryview,
    check: Callable[[Path], None] | None = None,
) -> None:
    """Write a file under a temporary name beside it, and rename it when it is complete.

    Parameters
    ----------
    path : path
        A link is followed; what is no plain file, such as ``/dev/stdout``, is
        written to as it is.
    content : bytes
    check : callable, optional
        Called with the temporary file; what it raises leaves ``path`` as it was.

    Raises
    ------
    OutputError
        If it cannot be written. A file that was there before stays as it was.
    """
    target = _target(path)
    try:
        if _is_special(target):
            target.write_bytes(content)
            return
        files.write_whole(target, content, check)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"'{path}' could not be written: {reason_of(error)}.") from error


def places_instead() -> list[Path]:
    """Return folders where a file may go whose own place failed, the user's own first."""
    import platformdirs

    return [Path(platformdirs.user_data_dir("autometa")) / "saved", Path(tempfile.gettempdir())]


def write_elsewhere(name: str, write: Callable[[Path], None]) -> Path | None:
    """Write what could not be written where it was wanted; return where it is now.

    Parameters
    ----------
    name : str
        Of the file; signs are added, so that nothing is overwritten.
    write : callable
        Called with a path in one folder after the other, until it succeeds.

    Returns
    -------
    Path or None
        None when no place could take it.
    """
    stem, suffix = os.path.splitext(Path(name).name or "model")
    for folder in places_instead():
        path = folder / f"{stem[:80]}-{secrets.token_hex(4)}{suffix[:20]}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write(path)
        except (OSError, ImportError):
            continue
        return path
    return None


def reason_of(error: OSError) -> str:
    """Return what the system said, without the number and the names."""
    return error.strerror or str(error) or type(error).__name__


def _target(path: str | os.PathLike[str]) -> Path:
    """Return the file that is replaced: that behind a link, which stays a link."""
    path = Path(path)
    try:
        return path.resolve() if path.is_symlink() else path
    except (OSError, RuntimeError) as error:  # a link to itself
        raise OutputError(
            f"'{path}' cannot be written: it is a link that leads nowhere."
        ) from error


def _is_special(path: Path) -> bool:
    """Say whether it is a device or a pipe: these are written to, never replaced."""
    return path.exists() and not path.is_file() and not path.is_dir()
