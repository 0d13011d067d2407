"""``autometa kb fit``: learn ahead what advice needs."""

from __future__ import annotations

from autometa.cli._output import note
from autometa.cli._progress import steps
from autometa.cli.kb import _arguments


def fit(
    knowledge_base: _arguments.FolderName,
) -> None:
    """Learn the answers to all questions now, and keep them beside the knowledge base.

    Advice from it then begins at once. Whatever joins the knowledge base later makes
    them out of date: they are learnt anew where they are needed, until this is run again.
    """
    from autometa.knowledge_base import KnowledgeBase, folder_named
    from autometa.meta_models import MetaModel

    kb = KnowledgeBase.load(folder_named(knowledge_base))
    with steps("questions") as show:
        written = MetaModel(random_state=0).fit(kb).write_ready(on_progress=show)
    note(f"'{written}': {written.stat().st_size / 1e6:.2f} MB.")
