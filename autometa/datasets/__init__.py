"""Datasets by name: a file, ``sklearn:NAME`` or ``openml:ID``.

The network is used for ``openml:`` alone.
"""

from __future__ import annotations

from autometa.datasets._arff import Arff, parse_arff
from autometa.datasets._bytes import Text, read_text
from autometa.datasets._csv import CsvFormat, read_csv_with_format
from autometa.datasets._files import READERS, read_file
from autometa.datasets._load import load_dataset

__all__ = [
    "READERS",
    "Arff",
    "CsvFormat",
    "Text",
    "load_dataset",
    "parse_arff",
    "read_csv_with_format",
    "read_file",
    "read_text",
]
