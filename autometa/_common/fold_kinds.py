"""Which rows may be held out together: what folds, and the runs scored on them, say of it."""

from __future__ import annotations

FOLD_KINDS = ("shuffled", "stratified", "group", "time", "group-time", "custom")
