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
    ├── PluginError (ValueError)                two plug-ins that cannot both be meant
    ├── StorageError (RuntimeError)             a storage of studies that cannot be used
    └── WorkerError (RuntimeError)              a worker process could not be started
    AutoMetaWarning (UserWarning)
    ├── DatasetWarning                          a table was repaired, and how
    ├── FallbackWarning                         a small tree, or another metric, stands in
    ├── KnowledgeBaseWarning                    advice rests on less than asked for
    ├── PluginWarning                           a plug-in was left out, and why
    └── ValidationWarning                       rows depend on each other, which folds would hide

All of them are names of ``autometa`` too, and carry what the message says as attributes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

__all__ = [
    "AlgorithmNotFoundError",
    "AutoMetaError",
    "AutoMetaWarning",
    "BudgetError",
    "DatasetError",
    "DatasetNotFoundError",
    "DatasetWarning",
    "FallbackWarning",
    "KnowledgeBaseCorruptError",
    "KnowledgeBaseError",
    "KnowledgeBaseMismatchError",
    "KnowledgeBaseSourceError",
    "KnowledgeBaseWarning",
    "KnowledgeBaseWriteError",
    "MetricError",
    "ModelFileError",
    "OutputError",
    "ParameterError",
    "PluginError",
    "PluginWarning",
    "StorageError",
    "ValidationWarning",
    "WorkerError",
]


_NOTES: ContextVar[tuple[list[str], ...]] = ContextVar("autometa_notes", default=())


@contextmanager
def collect_notes() -> Iterator[list[str]]:
    """Collect what the warnings of autometa say, whatever the filters of the process do with them.

    A warning is collected when it is made, in this thread or task alone, so that the global
    list of filters stays as it is. Warnings go their usual way too, and to whoever collects
    around this.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(action="ignore"), collect_notes() as notes:
    ...     warnings.warn("Column 'a' is constant.", DatasetWarning)
    >>> notes
    ["Column 'a' is constant."]
    """
    notes: list[str] = []
    token = _NOTES.set((*_NOTES.get(), notes))
    try:
        yield notes
    finally:
        _NOTES.reset(token)


class AutoMetaError(Exception):
    """Root of everything autometa raises on purpose.

    Attributes
    ----------
    name : str or None
        The name that does not exist, as the caller wrote it.
    suggestions : tuple of str
        Names that do exist and are most like it, the nearest first.
    columns : tuple of str
        Columns of the table that the message is about.
    """

    def __init__(
        self,
        *args: Any,
        name: str | None = None,
        suggestions: Iterable[str] = (),
        columns: Iterable[Any] = (),
    ) -> None:
        super().__init__(*args)
        self.name = name
        self.suggestions = tuple(suggestions)
        self.columns = tuple(map(str, columns))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel whole: Dask pickles errors that say nothing of it without their message."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(cls: type[AutoMetaError], args: tuple[Any, ...], data: dict[str, Any]) -> Any:
    error = cls(*args)
    error.__dict__.update(data)
    return error


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
    """A file cannot be written to the path that was given."""


class ParameterError(AutoMetaError, ValueError):
    """An argument lies outside its documented range."""


class PluginError(AutoMetaError, ValueError):
    """Something is added under a name that is taken, or is not what the place asks for."""


class StorageError(AutoMetaError, RuntimeError):
    """A storage of studies cannot be used, or holds a study that is not to be continued."""


class WorkerError(AutoMetaError, RuntimeError):
    """A worker process could not be started."""


class AutoMetaWarning(UserWarning):
    """Root of the warnings of autometa; what they say is kept in ``notes`` of results."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        for notes in _NOTES.get():
            notes.append(str(self))


class DatasetWarning(AutoMetaWarning):
    """A table was repaired; the message says how."""


class FallbackWarning(AutoMetaWarning):
    """Something else stands in: a small tree for setups, a metric for one that no fold defines."""


class KnowledgeBaseWarning(AutoMetaWarning):
    """Advice rests on less than was asked for."""


class PluginWarning(AutoMetaWarning):
    """A plug-in could not be imported and was left out."""


class ValidationWarning(AutoMetaWarning):
    """Rows depend on each other in a way that folds hide; the message says what to pass."""


for _name in __all__:  # tracebacks and pickles then name the public package
    globals()[_name].__module__ = "autometa"
