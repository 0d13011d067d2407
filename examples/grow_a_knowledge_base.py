"""Learn from runs of your own, beside those that ship with autometa."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sklearn.datasets import load_wine

from autometa import KnowledgeBase, recommend, tune

X, y = load_wine(return_X_y=True, as_frame=True)
result = tune(X, y, n_trials=3, time_budget=None, random_state=0)

kb = KnowledgeBase.bundled()
print("Before:", kb)
kb.add(result)
print("After: ", kb)

with tempfile.TemporaryDirectory() as folder:
    kb.save(Path(folder) / "mine")
    advice = recommend(X, y, n=1, knowledge_base=KnowledgeBase.load(Path(folder) / "mine"))
print("Advice that has read both:", advice[0])
