"""Importers: histories from elsewhere as knowledge bases, one file a source."""

from __future__ import annotations

from autometa.knowledge_base.importers._aslib import read_aslib
from autometa.knowledge_base.importers._folds import folds_of
from autometa.knowledge_base.importers._formats import FORMATS, import_history, recognise
from autometa.knowledge_base.importers._imported import Dropped, Imported
from autometa.knowledge_base.importers._kept import read_knowledge_base
from autometa.knowledge_base.importers._matrix import read_matrix
from autometa.knowledge_base.importers._optuna import read_optuna
from autometa.knowledge_base.importers._optuna_storage import shown
from autometa.knowledge_base.importers._table import read_table
from autometa.knowledge_base.importers._tune import read_tune_result

__all__ = [
    "FORMATS",
    "Dropped",
    "Imported",
    "folds_of",
    "import_history",
    "read_aslib",
    "read_knowledge_base",
    "read_matrix",
    "read_optuna",
    "read_table",
    "read_tune_result",
    "recognise",
    "shown",
]
