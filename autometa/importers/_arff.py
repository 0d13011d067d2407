"""ARFF of histories: what cannot be read is counted by line, and the rest is kept."""

from __future__ import annotations

from pathlib import Path

from autometa.datasets import Arff, parse_arff
from autometa.datasets import read_text as read_table_text
from autometa.exceptions import DatasetError, KnowledgeBaseError

__all__ = ["UTF16", "Arff", "read_arff", "read_text"]

UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_arff(path: Path) -> Arff:
    """Return the table in an ARFF file, all of it text.

    Raises
    ------
    KnowledgeBaseError
        If it declares no attribute.
    """
    content = parse_arff(read_text(path))
    if not content.kinds:
        raise KnowledgeBaseError(
            f"'{path}' must be ARFF: lines of @attribute, then rows. It declares no attribute."
        )
    return content


def read_text(path: Path) -> str:
    """Return the text of a file, compressed or not, in any of the usual encodings.

    Raises
    ------
    KnowledgeBaseError
        If it is no text, damaged, or too large.
    """
    try:
        return read_table_text(path).data.decode()
    except DatasetError as error:
        raise KnowledgeBaseError(str(error)) from error
