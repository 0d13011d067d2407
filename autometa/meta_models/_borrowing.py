"""What advice says of runs that were scored on folds of another kind than it is asked about."""

from __future__ import annotations

from autometa.exceptions import KnowledgeBaseWarning
from autometa.knowledge_base import is_alike
from autometa.performance import History, Question

MEANS = {"group": "new groups", "time": "later rows", "group-time": "later rows of new groups"}


def say_borrowed(history: History, question: Question, fold_kind: str) -> None:
    """Note, beside the advice, how many tasks lend it scores of folds of another kind.

    Nobody is warned: nothing is wrong, and there is nothing to be done about it but to add runs.
    """
    n_tasks = history.tasks["task_id"].nunique()
    is_own = is_alike(question.fold_kind, fold_kind)
    n_lent = history.n_borrowed if is_own else n_tasks
    if not n_lent:
        return
    several = f"{min(n_lent, n_tasks)} of the {n_tasks}" if n_lent < n_tasks else f"all {n_tasks}"
    usual = f"; scores on {MEANS[fold_kind]} are often lower" if fold_kind in MEANS else ""
    KnowledgeBaseWarning(
        f"The setups are to be scored on {fold_kind} folds. Runs of {several} earlier tasks were "
        f"scored on folds of another kind: their order is borrowed{usual}."
    )
