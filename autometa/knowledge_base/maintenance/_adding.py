"""Adding and merging knowledge bases in folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from autometa._urls import hide_password
from autometa.knowledge_base._filling import say_left_out
from autometa.knowledge_base._run_source import FrameRuns, StoredRuns
from autometa.knowledge_base._tables import Tables
from autometa.knowledge_base._usable import usable_frame
from autometa.knowledge_base.maintenance._parts_of import Progress
from autometa.knowledge_base.storage._folder import StoredFolder
from autometa.knowledge_base.storage._manifest import read_manifest
from autometa.knowledge_base.storage._writer import Added, FolderWriter


def add_to(folder: Path, kb: Tables, source: str, label: str | None = None) -> Added:
    """Add a knowledge base to a folder, which is begun when there is none.

    ``source`` says where it comes from, beside its own provenance, and ``label`` what the user
    calls it. Runs that cannot
    be learnt from, such as a score that its metric cannot have, are left out with a
    warning.
    """
    provenance = {"source": hide_password(source), **kb.provenance, **_labelled(label)}
    provenance["added"] = _now()
    runs = kb._source
    if isinstance(runs, FrameRuns):  # stored runs are checked as they are read
        runs = FrameRuns(usable_frame(runs.frame(), f"'{hide_password(source)}'"))
    with FolderWriter(folder) as writer:
        added = writer.add(kb.tasks, kb.metafeatures, runs, provenance)
    say_left_out(writer.n_others, folder)
    return added


def merge_folders(
    folders: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    on_progress: Progress | None = None,
    label: str | None = None,
) -> Added:
    """Add what the folders hold to the folder ``out``, which is begun when there is none.

    Where two describe a task differently, the first of them is kept; what it does
    not know is filled in from the others. The provenance of all is kept.

    Parameters
    ----------
    folders : sequence of path
    out : path
    on_progress : callable, optional
        Called with the name of each folder that was taken, its number, and how
        many there are.
    label : str, optional
        What the user calls what is added; kept with its provenance.

    Raises
    ------
    KnowledgeBaseError
        If one of the folders holds no knowledge base, or ``out`` cannot be written to.
    KnowledgeBaseCorruptError
        If a file is damaged.
    """
    paths = [Path(folder) for folder in folders]
    provenances = [read_manifest(path)["provenance"] for path in paths]
    total = Added()
    with FolderWriter(Path(out)) as writer:
        for number, (path, provenance) in enumerate(zip(paths, provenances, strict=True), start=1):
            given = StoredFolder(path)
            runs = StoredRuns([given])
            about = {**provenance, **_labelled(label)}
            total += writer.add(given.tasks(), given.metafeatures(), runs, about)
            if on_progress is not None:
                on_progress(str(path), number, len(paths))
    return total


def _labelled(label: str | None) -> dict[str, str]:
    return {} if label is None else {"label": label}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
