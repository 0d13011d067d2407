"""Verification: every file against its hash, every row against the schema; nothing is changed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from autometa._limits import MAX_PART_BYTES, MAX_TEXT_BYTES, read_bounded
from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base.maintenance._contents import Contents
from autometa.knowledge_base.maintenance._parts_of import Progress
from autometa.knowledge_base.maintenance._rewriting import LOCK, TEMPORARY, leftovers
from autometa.knowledge_base.storage._files import digest, unreadable
from autometa.knowledge_base.storage._fitted_model_file import (
    fitted_to,
    is_fitted_model_file,
    read_fitted_model_file,
)
from autometa.knowledge_base.storage._folder import StoredFolder
from autometa.knowledge_base.storage._manifest import manifest_is_as_written
from autometa.knowledge_base.storage._parts import (
    MANIFEST,
    TABLES,
    read_manifest,
    read_part,
    read_table,
    read_whole,
    reading,
)
from autometa.knowledge_base.storage._replaced import REWRITES, Rewrites, read_rewrites

JOURNAL = "journal.jsonl"  # of a build that goes on
BUILD_LOCK = ".build-lock"  # held while it goes on
OURS = (MANIFEST, REWRITES, LOCK, JOURNAL, BUILD_LOCK)
TRIES = 5  # errors in a folder that others change meanwhile are looked at again
PAGES = "Its pages agree with their checksums: perhaps it was only renamed."


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something about one file of a knowledge base.

    Attributes
    ----------
    file : str
    is_error : bool
        False for what takes room or is worth knowing, and does no harm.
    message : str
        What is wrong, and what to do.
    """

    file: str
    is_error: bool
    message: str


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What `verify` found.

    Attributes
    ----------
    folder : Path
    files : dict of str to str
        What each file was taken for: "tasks", "metafeatures", "runs",
        "manifest", "provenance", "fitted model", or else why it does not count.
    findings : tuple of Finding
    """

    folder: Path
    files: dict[str, str]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What makes the knowledge base unfit for use."""
        return tuple(finding for finding in self.findings if finding.is_error)

    @property
    def is_sound(self) -> bool:
        """Whether every file is what was written, and every row what it may be."""
        return not self.errors


def verify(folder: str | os.PathLike[str], on_progress: Progress | None = None) -> Verification:
    """Check every file of a knowledge base; change nothing.

    Each file is held against the hash in its name; each table against the
    schema: types and ranges, one row a task, runs of listed tasks only, scores
    that their metric can have. Others may change the folder meanwhile.

    Parameters
    ----------
    folder : path
    on_progress : callable, optional
        Called with the name of each file that was looked at, its number, and how
        many there are.

    Returns
    -------
    Verification
        ``is_sound``, and the ``findings``, each with its file.

    Raises
    ------
    KnowledgeBaseError
        If there is no such folder, or it may not be read.
    """
    path = Path(folder)
    for _ in range(TRIES):
        before = _state(path)
        report = _check(path, on_progress)
        if report.is_sound or _state(path) == before:
            break
    return report


def _state(folder: Path) -> tuple[object, ...]:
    """Return what changes when others add to a folder or rewrite it."""
    try:
        return (read_rewrites(folder), *sorted(os.listdir(folder)))
    except (KnowledgeBaseError, OSError):
        return ()


def _check(folder: Path, on_progress: Progress | None) -> Verification:
    checker = _Checker(folder)
    for number, name in enumerate(checker.names, start=1):
        checker.look_at(folder / name)
        if on_progress is not None:
            on_progress(name, number, len(checker.names))
    checker.finish()
    return Verification(folder=folder, files=checker.files, findings=tuple(checker.findings))


class _Checker:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, str] = {}
        self.findings: list[Finding] = []
        self.contents = Contents()
        self.names = self._list()
        self.rewrites = self._rewrites()
        self.dead = {path.name: dead for path, dead in leftovers(folder)}

    def _list(self) -> list[str]:
        """Return the names in the folder, those of tasks before those that speak of tasks."""
        try:
            names = sorted(os.listdir(self.folder))
        except OSError as error:
            raise KnowledgeBaseError(
                f"'{self.folder}' cannot be read: {error.strerror}. Give the folder of a "
                "knowledge base."
            ) from error
        return sorted(names, key=lambda name: not name.startswith("tasks-"))

    def _rewrites(self) -> Rewrites:
        try:
            return read_rewrites(self.folder)
        except KnowledgeBaseError as error:
            self.error(REWRITES, str(error))
            return Rewrites()

    def error(self, file: str, message: str) -> None:
        self.findings.append(Finding(file=file, is_error=True, message=message))

    def note(self, file: str, message: str) -> None:
        self.findings.append(Finding(file=file, is_error=False, message=message))

    def look_at(self, path: Path) -> None:
        """Say what a file is, and check it as that."""
        name = path.name
        table = name.partition("-")[0]
        if name in OURS:
            self.files[name] = "manifest" if name == MANIFEST else "bookkeeping"
        elif TEMPORARY.match(name):
            self._temporary(name)
        elif self.rewrites.covers(path):
            self.files[name] = "replaced"
            self.note(
                name,
                "was replaced by a rewrite that was then interrupted, and does not count; "
                "'autometa kb compact' deletes it",
            )
        elif table in TABLES and name.endswith(".parquet"):
            self.files[name] = table
            self._part(path, table)
            if name in self.rewrites.replaced:
                self.note(
                    name,
                    "has the name of a part that an interrupted rewrite had replaced, and counts: "
                    "it was added again, or the folder was copied without the times of its files",
                )
        elif table == "source" and name.endswith(".json"):
            self.files[name] = "provenance"
            self._provenance(path)
        elif is_fitted_model_file(name):
            self.files[name] = "fitted model"
            self._fitted_model(path)
        else:
            self.files[name] = "foreign"
            self.note(name, "is no file of a knowledge base, and is not read")

    def _temporary(self, name: str) -> None:
        self.files[name] = "temporary"
        if self.dead.get(name, True):
            self.note(
                name,
                "was left behind by a writer that died, and is not read; "
                "'autometa kb compact' deletes it",
            )

    def _part(self, path: Path, table: str) -> None:
        try:
            read_whole(path)
        except FileNotFoundError:
            self.note(path.name, "was replaced by others during this check")
            return
        except KnowledgeBaseError as error:
            whole = path.is_file() and _pages_agree(path)
            self.error(path.name, f"{error}{' ' + PAGES if whole else ''}")
            return
        try:
            with reading(path):
                frame = read_part(path)
                said = list(self.contents.look_at(table, frame))
        except KnowledgeBaseError as error:  # by a writer that this reader does not know
            self.error(path.name, f"is what was written, but cannot be read: {error}")
            return
        for is_error, message in said:
            (self.error if is_error else self.note)(path.name, message)

    def _provenance(self, path: Path) -> None:
        try:
            data = read_bounded(path, MAX_TEXT_BYTES)
        except OSError as error:
            self.error(path.name, str(unreadable(path, error)))
            return
        if path.stem.partition("-")[2] != digest(data):
            self.error(
                path.name,
                "is damaged: its bytes are not those its name promises. It says where runs come "
                "from; restore it from a copy, or remove it",
            )

    def _fitted_model(self, path: Path) -> None:
        try:
            read_fitted_model_file(path)
        except KnowledgeBaseError as error:
            self.error(path.name, str(error))
            return
        try:
            fingerprint = StoredFolder(self.folder).fingerprint()
        except KnowledgeBaseError:  # another finding says so
            return
        if fitted_to(path.name) != fingerprint:
            self.note(
                path.name,
                "is a model fitted before the runs were what they are, and is not used; "
                "'autometa kb fit' fits one anew",
            )

    def finish(self) -> None:
        """Check what no file shows alone."""
        try:
            read_manifest(self.folder)
            if not manifest_is_as_written(self.folder):
                self.error(
                    MANIFEST,
                    "is not what was written: it was damaged, or edited by hand. It says where "
                    "runs come from; restore it from a copy",
                )
        except KnowledgeBaseError as error:
            if not any(self.files.get(finding.file) == "provenance" for finding in self.findings):
                self.error(MANIFEST, str(error))
        for table in ("tasks", "runs"):
            if table not in self.files.values():
                self.error(MANIFEST, f"lists no {table}: the knowledge base is empty")
        for message in self.contents.between_parts():
            self.note("", message)


def _pages_agree(path: Path) -> bool:
    """Say whether a file whose hash is wrong is a Parquet file with right page checksums."""
    try:
        with reading(path):
            read_table(path, read_bounded(path, MAX_PART_BYTES))
    except (KnowledgeBaseError, OSError):
        return False
    return True
