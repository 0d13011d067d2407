"""The files of a fitted model: beside its knowledge base, or one that holds both.

The second is an archive of the folder that the first would lie in.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autometa._common.files import may_replace, write_whole
from autometa._limits import (
    MAX_ARCHIVE_BYTES,
    PARSE_ERRORS,
    check_archive,
    file_in,
    read_bounded,
)
from autometa.exceptions import KnowledgeBaseError, ModelFileError, OutputError
from autometa.knowledge_base import KnowledgeBase, Origin, read_fitted_model, write_fitted_model
from autometa.knowledge_base.storage._manifest import MANIFEST
from autometa.performance import PastPerformance, parameters_of, read_header

Progress = Callable[[str, int, int], None]


def write_beside(performance: PastPerformance, on_progress: Progress | None) -> Path:
    """Write a fitted model into the folder of its knowledge base; older ones go."""
    origin = performance.kb.origin
    if origin is None:
        raise KnowledgeBaseError(
            "A fitted model lies beside the knowledge base it was learnt from. This one was made "
            "in memory or has changed since it was loaded: save it and load it again, or give the "
            "path of a file that is to hold both."
        )
    return write_fitted_model(origin, performance.fitted_file(on_progress))


def write_model(path: Path, performance: PastPerformance, on_progress: Progress | None) -> Path:
    """Write a fitted model and its knowledge base as one file.

    Raises
    ------
    OutputError
        If it cannot be written, or the path is that of a file which is no such model.
    """
    if not may_replace(path, MANIFEST):
        raise OutputError(
            f"'path' must name a new file, or a saved MetaModel to replace. '{path}' is another "
            "file; name one that does not exist, or remove it."
        )
    data = performance.fitted_file(on_progress)
    with tempfile.TemporaryDirectory(prefix="autometa-") as name:
        folder = Path(name) / "kb"
        performance.kb.save(folder)
        write_fitted_model(_origin(KnowledgeBase.load(folder)), data)
        content = _archive(folder)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise OutputError(f"Could not write '{path}': {error.strerror}.") from error
    return path


def _archive(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:  # the parts are packed
        for file in sorted(folder.iterdir()):
            archive.writestr(zipfile.ZipInfo(file.name), file.read_bytes())
    return buffer.getvalue()


def read_model(path: Path, folder: Path) -> tuple[KnowledgeBase, dict[str, Any]]:
    """Unpack a file into ``folder``; return the knowledge base and the model's parameters.

    Raises
    ------
    ModelFileError
        If it is no such file, or damaged.
    """
    try:
        data = read_bounded(path, MAX_ARCHIVE_BYTES)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive, len(data))
            for name in archive.namelist():
                file_in(folder, name).write_bytes(archive.read(name))
        kb = KnowledgeBase.load(folder)
        fitted = read_fitted_model(_origin(kb))
        if fitted is None:
            raise ValueError("it holds no fitted model of its knowledge base")
        return kb, parameters_of(read_header(fitted))
    except (OSError, *PARSE_ERRORS) as error:
        raise ModelFileError(
            f"'{path}' is no file that MetaModel.save wrote, or it is damaged: {error}. Save the "
            "model again, or fit one to the knowledge base."
        ) from error


def _origin(kb: KnowledgeBase) -> Origin:
    assert kb.origin is not None  # it was just loaded
    return kb.origin
