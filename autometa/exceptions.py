"""Errors and warnings of autometa, all on one screen.

::

    AutoMetaError
    ├── AlgorithmNotFoundError (KeyError)       no algorithm of that name
    ├── BudgetError (RuntimeError)              no model could be fitted in time
    ├── DatasetError (ValueError)               a table or target that cannot be used
    │   └── DatasetNotFoundError (FileNotFoundError)
    ├── KnowledgeBaseError (ValueError)         a knowledge base that cannot be used
    │   ├── KnowledgeBaseCorruptError           its files are not what was written
    │   ├── KnowledgeBaseMismatchError          it does not fit the model or the question
    │   ├── KnowledgeBaseSourceError (ConnectionError)    a server of histories does not answer
    │   └── KnowledgeBaseWriteError (OSError)   it cannot be written: a full disk, no right to
    ├── MetricError (ValueError)                a metric unknown, or wrong for the task type
    ├── ModelFileError (ValueError)             a saved model that cannot be loaded
    ├── OutputError (OSError)                   a file that cannot be written
    ├── ParameterError (ValueError)             an argument outside its range
    ├── StorageError (RuntimeError)             a storage of studies that cannot be used
    └── WorkerError (RuntimeError)              a worker process could not be started
    AutoMetaWarning (UserWarning)
    ├── DatasetWarning                          a table was repaired, and how
    └── KnowledgeBaseWarning                    advice rests on less than asked for
"""

from __future__ import annotations


class AutoMetaError(Exception):
    """Root of everything autometa raises on purpose."""


AutometaError = AutoMetaError  # the name of version 0.1, which callers may still catch


class AlgorithmNotFoundError(AutoMetaError, KeyError):
    """No algorithm has that name."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class BudgetError(AutoMetaError, RuntimeError):
    """No model could be fitted within the budget."""


class DatasetError(AutoMetaError, ValueError):
    """A table or its target cannot be used; the message says what to change."""


class DatasetNotFoundError(DatasetError, FileNotFoundError):
    """The named dataset does not exist."""


class KnowledgeBaseError(AutoMetaError, ValueError):
    """A knowledge base cannot be used; the message says why."""


class KnowledgeBaseCorruptError(KnowledgeBaseError):
    """A file of the knowledge base is not what was written."""


class KnowledgeBaseMismatchError(KnowledgeBaseError):
    """The knowledge base does not fit the model or the question asked of it."""


class KnowledgeBaseSourceError(KnowledgeBaseError, ConnectionError):
    """A server that histories come from does not answer as it should."""


class KnowledgeBaseWriteError(KnowledgeBaseError, OSError):
    """A file of a knowledge base cannot be written; what was there before is as it was."""


class MetricError(AutoMetaError, ValueError):
    """A metric is unknown, or means nothing for the task type."""


class ModelFileError(AutoMetaError, ValueError):
    """A saved model is damaged, of another kind, or not to be trusted."""


class OutputError(AutoMetaError, OSError):
    """A file cannot be written where it was asked for."""


class ParameterError(AutoMetaError, ValueError):
    """An argument lies outside its documented range."""


class StorageError(AutoMetaError, RuntimeError):
    """A storage of studies cannot be used, or holds a study that is not to be continued."""


class WorkerError(AutoMetaError, RuntimeError):
    """A worker process could not be started."""


class AutoMetaWarning(UserWarning):
    """Root of the warnings of autometa."""


class DatasetWarning(AutoMetaWarning):
    """A table was repaired; the message says how."""


class KnowledgeBaseWarning(AutoMetaWarning):
    """Advice rests on less than was asked for."""
