"""learn_from(): the trials of a run join the user's own knowledge base."""

from __future__ import annotations

from dataclasses import replace

from autometa.exceptions import AutoMetaError
from autometa.importers import import_history
from autometa.knowledge_base import add_to, user_folder
from autometa.tuning._result import TuneResult
from autometa.tuning.saved._outputs import check_output_folder


def check_learning() -> None:
    """Raise when the user's own knowledge base cannot be added to, before there is any trial.

    Raises
    ------
    OutputError
        Says why.
    """
    check_output_folder(user_folder(), "learn")


def learn_from(result: TuneResult) -> TuneResult:
    """Add the trials of a run to the user's own knowledge base; return the result with a note.

    What cannot be written costs the record alone: the fitted pipeline is handed over.
    """
    if not result.n_completed:
        return replace(result, notes=(*result.notes, "Nothing was learnt: no setup was scored."))
    folder = user_folder()
    try:
        history = import_history(result).knowledge_base
        added = add_to(folder, history, "tune")
    except (AutoMetaError, OSError) as error:
        said = f"The trials were not added to the knowledge base in '{folder}': {error}"
    else:
        said = f"{added.n_runs} runs were added to the knowledge base in '{folder}'."
    return replace(result, notes=(*result.notes, said))
