"""Libraries that workers need, imported beside what is done before the first worker is asked for.

Imported within a moment itself: the command line asks for it before it imports anything else.
"""

from __future__ import annotations

from autometa.evaluation._start import start_early

# What nearly every run needs. CatBoost is not among it: it starts threads when it is imported.
PRELOAD = (
    "autometa.tuning.workers._worker_side",
    "autometa.advice",
    "autometa.meta_models",
    "lightgbm",
    "xgboost",
)


def import_for_workers() -> None:
    """Begin to import what workers of one thread each need."""
    start_early(threads=1, preload=PRELOAD)
