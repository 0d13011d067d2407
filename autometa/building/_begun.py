"""What a build finds in its folder: another protocol, other tables, another build at work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autometa.building._sources import TaskSource
from autometa.exceptions import KnowledgeBaseError, KnowledgeBaseWriteError
from autometa.knowledge_base.storage import _parts
from autometa.knowledge_base.storage._folder import StoredFolder

LOCK = ".build-lock"
BUILT = "autometa kb build"
_FINGERPRINT = re.compile(rf"{BUILT} \(table ([0-9a-f]{{16}})\)")


@contextmanager
def alone_in(out: Path) -> Iterator[None]:
    """Hold a folder for a build: two would measure everything twice.

    The lock is the operating system's, and ends with the process however that ends.

    Raises
    ------
    KnowledgeBaseError
        If another build goes on there.
    KnowledgeBaseWriteError
        If it cannot be written to.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(out / LOCK)
    try:
        out.mkdir(parents=True, exist_ok=True)
        if (out / LOCK).is_symlink():  # locking would empty what it points to
            raise KnowledgeBaseError(f"'{out / LOCK}' is a link, not a lock. Remove it.")
        lock.acquire(timeout=0)
    except Timeout:
        raise KnowledgeBaseError(
            f"Another build goes on in '{out}', and two would measure everything twice. Wait for "
            "it, give it more --n-jobs or a Dask scheduler, or build other tables into a folder "
            "of their own and join both by 'autometa kb merge'."
        ) from None
    except OSError as error:
        raise KnowledgeBaseWriteError(
            f"Could not write to '{out}': {error.strerror}. Name a folder where you may write."
        ) from error
    try:
        yield
    finally:
        lock.release()


def begin(out: Path, wanted: dict[str, Any]) -> None:
    """Write the protocol of a build, or compare it with those by which the folder was measured.

    Raises
    ------
    KnowledgeBaseError
        If anything in the folder was measured by another.
    """
    if not (out / _parts.MANIFEST).exists():
        _parts.write_manifest(out, {"protocol": wanted})
        return
    begun = list(_protocols(_parts.read_manifest(out)["provenance"]))
    for protocol in begun:
        if protocol != wanted:
            raise KnowledgeBaseError(
                f"'{out}' was begun with {protocol}. Got {wanted}: runs of both would not "
                "compare. Go on with the first settings, or build into another folder."
            )
    if not begun:
        _parts.add_provenance(out, {"protocol": wanted})


def _protocols(provenance: Mapping[str, Any]) -> Iterator[Any]:
    """Yield every protocol that a provenance tells of, also of what was merged or added."""
    if "protocol" in provenance:
        yield provenance["protocol"]
    for source in provenance.get("sources", []):
        yield from _protocols(source)


def task_source(fingerprint: str | None) -> str:
    """Return what a task says of where it comes from, so that its table is known again."""
    return BUILT if fingerprint is None else f"{BUILT} (table {fingerprint})"


def check_tables(
    out: Path, sources: Iterable[TaskSource], entries: Iterable[Mapping[str, Any]]
) -> dict[str, str | None]:
    """Return the fingerprint of each table; None where there is no file.

    Parameters
    ----------
    out : Path
    sources : iterable of TaskSource
    entries : iterable of dict
        The journal of the build.

    Raises
    ------
    KnowledgeBaseError
        If a table is another than that which was measured under its name.
    """
    measured = {entry["task_id"]: entry.get("table") for entry in entries}
    tasks = StoredFolder(out).tasks()
    for task_id, text in zip(tasks["task_id"], tasks["source"], strict=True):
        match = _FINGERPRINT.fullmatch(str(text))
        if match:  # older builds did not say
            measured[task_id] = match[1]
    prints = {source.task_id: source.fingerprint() for source in sources}
    for source in sources:
        now, before = prints[source.task_id], measured.get(source.task_id)
        if now is not None and before is not None and now != before:
            raise KnowledgeBaseError(
                f"'{source.path}' is another table, or has another target, than that which "
                f"'{out}' was measured on as '{source.task_id}'. Give it another name in the "
                f"manifest, build into another folder, or remove what was measured: autometa kb "
                f"remove {out} --task {source.task_id}"
            )
    return prints
