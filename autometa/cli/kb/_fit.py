"""``autometa kb fit``: fit the model of a knowledge base ahead of the first question."""

from __future__ import annotations

from autometa.cli import _knowledge_bases
from autometa.cli._command import KEEP, Answer, command
from autometa.cli._output import say, size
from autometa.cli._progress import steps
from autometa.cli.kb._writing import written_folder


@command(
    "kb fit",
    panel=KEEP,
    examples=["autometa kb fit", "autometa kb fit kb:team"],
    then="autometa recommend churn.csv --target left --knowledge-base kb:team",
)
def fit(knowledge_base: _knowledge_bases.Written = _knowledge_bases.OWN) -> Answer:
    """Fit a model that answers all questions, and keep it beside the knowledge base.

    Advice from it then begins at once. Whatever joins the knowledge base later makes
    it out of date: another one is fitted where it is needed, until this is run again.
    """
    from autometa.knowledge_base import KnowledgeBase
    from autometa.meta_models import MetaModel

    folder = written_folder(knowledge_base)
    kb = KnowledgeBase.load(folder)
    with steps("questions") as show:
        written = MetaModel(random_state=0).fit(kb).save(on_progress=show)
    n_bytes = written.stat().st_size
    say(f"'{written}': {size(n_bytes)}.")
    return Answer(
        content={"file": str(written), "n_bytes": n_bytes},
        knowledge_base=_knowledge_bases.facts_of(knowledge_base, folder),
    )
