"""Importers: histories from elsewhere as knowledge bases, one file a source."""

from __future__ import annotations

from autometa.importers._aslib import read_aslib
from autometa.importers._exported import is_export, read_export
from autometa.importers._folds import folds_of
from autometa.importers._formats import formats, import_history, recognise
from autometa.importers._imported import Dropped, Imported
from autometa.importers._importer import Importer
from autometa.importers._kept import read_knowledge_base
from autometa.importers._matrix import read_matrix
from autometa.importers._optuna import read_optuna
from autometa.importers._registry import FORMATS, register_importer
from autometa.importers._table import read_table
from autometa.importers._tune import read_tune_result

__all__ = [
    "FORMATS",
    "Dropped",
    "Imported",
    "Importer",
    "folds_of",
    "formats",
    "import_history",
    "is_export",
    "read_aslib",
    "read_export",
    "read_knowledge_base",
    "read_matrix",
    "read_optuna",
    "read_table",
    "read_tune_result",
    "recognise",
    "register_importer",
]
