"""Datasets by name: a file, ``sklearn:NAME`` or ``openml:ID``.

The network is used for ``openml:`` alone.
"""

from __future__ import annotations

from types import ModuleType

from autometa.datasets import _arff, _arff_table
from autometa.datasets._arff import Arff, parse_arff
from autometa.datasets._bytes import Text, read_text
from autometa.datasets._csv import CsvFormat, read_csv_with_format
from autometa.datasets._describe import describe
from autometa.datasets._files import READERS, read_file
from autometa.datasets._lines import CsvLines, read_csv_lines
from autometa.datasets._load import check_named, load_dataset, named_table, read_table
from autometa.datasets._values import MISSING_WORDS

__all__ = [
    "MISSING_WORDS",
    "READERS",
    "Arff",
    "CsvFormat",
    "CsvLines",
    "Text",
    "arff_modules",
    "check_named",
    "describe",
    "load_dataset",
    "named_table",
    "parse_arff",
    "read_csv_lines",
    "read_csv_with_format",
    "read_file",
    "read_table",
    "read_text",
]


def arff_modules() -> tuple[ModuleType, ModuleType]:
    """Return the modules that read ARFF and need no other: generated scripts contain them."""
    return _arff, _arff_table
