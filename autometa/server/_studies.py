"""The Optuna studies of searches: one a job, under its id, in the server's own database."""

from __future__ import annotations

import contextlib


def delete_study(database: str, identifier: str) -> None:
    """Delete the study of a job, if it ever began one."""
    from optuna import delete_study as delete

    from autometa.exceptions import StorageError
    from autometa.tuning.study._storage import faults, open_study

    # where it fails, the study goes with the database
    with contextlib.suppress(StorageError, *faults()):
        delete(study_name=identifier, storage=open_study(database, identifier)._storage)
