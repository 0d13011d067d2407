"""A table from a file, by the ending of its name."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd

from autometa.datasets._arff import parse_arff
from autometa.datasets._arff_table import arff_frame, undeclared_levels
from autometa.datasets._arrow import read_feather, read_parquet
from autometa.datasets._bytes import check_regular, check_size, read_text
from autometa.datasets._csv import read_csv, some
from autometa.exceptions import DatasetError, DatasetWarning, ParameterError

COMPRESSED = ("", ".gz", ".bz2", ".xz", ".zip")


def read_file(path: Path, encoding: str | None = None) -> pd.DataFrame:
    """Return the table in a file; its kind is that of the name's ending.

    Parameters
    ----------
    path : Path
    encoding : str or None
        Of a file of text, as Python names it; None reads it from the file.

    The same table gives the same frame from every kind, as far as the kind can
    say: CSV has neither dates nor categories, so these are text.

    Raises
    ------
    DatasetNotFoundError
        If there is no such file.
    DatasetError
        If its kind is unknown, it is no regular file, empty or too large, or it
        does not read as its kind.

    Warns
    -----
    DatasetWarning
        When a file is not written plainly, and how it was read then.
    """
    size = check_regular(path)
    read = READERS.get("".join(path.suffixes[-2:]).lower()) or READERS.get(path.suffix.lower())
    if read is None:
        raise DatasetError(
            f"'{path}' must be a file of a known kind: {', '.join(sorted(READERS))}. "
            f"Got the ending '{path.suffix}'."
        )
    if encoding is not None:
        read = partial(_text_reader(path, read), encoding=encoding)
    try:
        frame = read(path)
    except (DatasetError, ParameterError):
        raise
    except (ValueError, OSError, MemoryError, OverflowError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        if isinstance(error, MemoryError):
            reason = f"its {size:,} bytes do not fit the memory"
        raise DatasetError(
            f"'{path}' does not read as {path.suffix[1:]}: {reason.rstrip('.')}."
        ) from error
    if frame.empty:
        raise DatasetError(f"'{path}' holds no rows.")
    return frame


def _text_reader(path: Path, read: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    if read not in (read_csv, _read_arff):
        raise ParameterError(
            f"'encoding' is of files of text. '{path}' is none, and says itself how it is "
            "written; leave it out."
        )
    return read


def _read_arff(path: Path, encoding: str | None = None) -> pd.DataFrame:
    text = read_text(path, encoding)
    _check_arff_size(path, text.data)
    content = parse_arff(text.data.decode())
    frame = arff_frame(content)
    notes = []
    if text.encoding not in ("utf-8", "utf-8-sig"):
        notes.append(text.remark or f"encoding {text.encoding}")
    if undeclared := undeclared_levels(content):
        name, levels = next(iter(undeclared.items()))
        notes.append(
            f"levels added that are not declared, {some(levels)} of '{name}'"
            + (f" and those of {len(undeclared) - 1} more" if len(undeclared) > 1 else "")
        )
    if notes:
        summary = "; ".join(notes)
        warnings.warn(DatasetWarning(f"'{path.name}' was read so: {summary}."), stacklevel=4)
    return frame


def _check_arff_size(path: Path, data: bytes) -> None:
    """Refuse sparse files that take more than any memory once they are dense."""
    n_attributes = len(re.findall(rb"^\s*@attribute", data, re.IGNORECASE | re.MULTILINE))
    n_lines = data.count(b"\n") + data.count(b"\r")
    check_size(path, n_lines, n_attributes)


READERS: dict[str, Callable[..., pd.DataFrame]] = {
    **{f".csv{ending}": read_csv for ending in COMPRESSED},
    **{f".txt{ending}": read_csv for ending in COMPRESSED},
    **{f".tsv{ending}": read_csv for ending in COMPRESSED},
    ".parquet": read_parquet,
    ".feather": read_feather,
    **{f".arff{ending}": _read_arff for ending in COMPRESSED},
}
