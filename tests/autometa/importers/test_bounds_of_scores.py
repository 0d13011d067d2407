"""Scores that their metric cannot have: refused in frames, counted by line in files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa import KnowledgeBase
from autometa.exceptions import KnowledgeBaseError
from autometa.importers import import_history

TASKS = pd.DataFrame({"task_id": ["t"], "task_type": ["binary"]})
BEYOND = [
    ("roc_auc", 1.7),
    ("accuracy", 97.0),
    ("f1_macro", -0.1),
    ("neg_log_loss", 0.2),
    ("matthews_corrcoef", -1.5),
    ("neg_root_mean_squared_error", 3.0),
    ("r2", 1.2),
]
WITHIN = [("roc_auc", 1.0), ("r2", -40.0), ("neg_log_loss", 0.0), ("profit", 1e6),
          ("accuracy", 1.0 + 1e-9)]  # fmt: skip


def runs(metric, *scores):
    names = [f"a{place}" for place in range(len(scores))]
    status = np.where(np.isnan(scores), "error", "ok")
    frame = pd.DataFrame({"algorithm": names, "score": scores, "status": status})
    return frame.assign(task_id="t", config="{}", metric=metric)


@pytest.mark.parametrize(("metric", "score"), BEYOND)
def test_a_frame_with_a_score_beyond_the_bounds_is_refused_by_row(metric, score):
    sound = -0.5 if metric.startswith("neg_") else 0.5
    frame = runs(metric, sound, score, float("nan"))
    told = rf"'{metric}' must lie in .* Got {score:g}; 1 of 3 runs .*rows \['1'\]"
    with pytest.raises(KnowledgeBaseError, match=told):
        KnowledgeBase.from_frames(TASKS, None, frame)
    kb = KnowledgeBase.from_frames(TASKS, None, frame.iloc[[0]])
    with pytest.raises(KnowledgeBaseError, match="must lie in"):
        kb.add(frame.iloc[[1]])
    assert len(kb.runs) == 1


@pytest.mark.parametrize(("metric", "score"), WITHIN)
def test_a_score_within_the_bounds_is_kept_as_it_is(metric, score):
    kb = KnowledgeBase.from_frames(TASKS, None, runs(metric, score))
    assert kb.runs["score"].tolist() == [score]


def test_a_file_is_kept_without_such_scores_which_are_counted_by_line(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("task,model,roc_auc\na,x,0.9\na,y,1.7\na,z,0.8\nb,x,-0.2\nb,y,0.7\n")
    found = import_history(str(path))
    assert sorted(found.knowledge_base.runs["score"]) == [0.7, 0.8, 0.9]
    (dropped,) = found.dropped
    assert (dropped.what, dropped.count) == ("scores", 2)
    assert dropped.why == "beyond what roc_auc can be: lines 3, 5"


def test_per_cents_among_shares_are_refused_with_what_they_are(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("task,model,accuracy\na,x,0.9\na,y,0.97\na,z,97\nb,x,0.8\n")
    with pytest.raises(KnowledgeBaseError, match=r"4 scores .*from 0.8 to 97: its unit"):
        import_history(str(path))
