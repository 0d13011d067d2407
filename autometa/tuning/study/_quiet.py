"""quiet(): Optuna does not announce what a run does as a matter of course.

Its verbosity is one setting of the whole process, and a study of the user's may run in
another thread. So nothing is set: a filter on Optuna's loggers drops what is said within
`quiet`, in the thread that is within it.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator

_within = threading.local()


class _OfThisRun(logging.Filter):
    """Drops records below an error that are made within `quiet`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is to be seen."""
        return record.levelno >= logging.ERROR or not getattr(_within, "depth", 0)


_FILTER = _OfThisRun()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep Optuna from announcing what is done within; errors are still said."""
    for name in list(logging.root.manager.loggerDict):
        if name.startswith("optuna"):  # a filter sees the records of its own logger only
            logging.getLogger(name).addFilter(_FILTER)  # which takes it once
    _within.depth = getattr(_within, "depth", 0) + 1
    try:
        yield
    finally:
        _within.depth -= 1
