"""Functions that take a knowledge base take it by any of its names."""

from __future__ import annotations

import pytest

from autometa import KnowledgeBase
from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base import open_knowledge_base


@pytest.mark.slow
def test_the_default_one_is_kept_by_advice_and_others_are_opened(tmp_path):
    assert open_knowledge_base(None) is None
    assert open_knowledge_base("kb:default") is None
    assert open_knowledge_base(False) is False
    kb = KnowledgeBase.bundled().select(task_types=["regression"])
    kb.save(tmp_path / "kb")
    assert open_knowledge_base(kb) is kb
    found = open_knowledge_base([tmp_path / "kb", "kb:bundled"])
    assert found.fingerprint != kb.fingerprint
    assert found.tasks["task_id"].tolist()[: len(kb.tasks)] == kb.tasks["task_id"].tolist()
    assert len(found.tasks) == len(KnowledgeBase.bundled().tasks)
    with pytest.raises(KnowledgeBaseError, match="kb:nobody"):
        open_knowledge_base("kb:nobody")
