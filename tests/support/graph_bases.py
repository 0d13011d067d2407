"""Small histories for the graph."""

from __future__ import annotations

import pandas as pd
from rdflib import Literal, URIRef

from autometa import KnowledgeBase
from autometa.graph._terms import parts_of

# Names that addresses, markup and readers of RDF stumble over.
HOSTILE = (
    'a b>c"d', "spouse(s)_", "x/../y", "..", "A%20B", "A B", "数据集", "", "<b>&amp;", "\\u0041",
    "line\nbreak\ttab", "bell\x0b", "n" * 3_000,
)  # fmt: skip
VALUES = (0.123456789012, 12345.678912345, 1e-300, float("inf"), float("nan"), -0.0, 5e-324)


def base(scores, *, features=None, families=None, task_type="binary", metric="roc_auc", **more):
    """A knowledge base of scores by task, algorithm and k."""
    names = list(scores)
    tasks = pd.DataFrame({"task_id": names, "name": names, "task_type": task_type, "target": "y"})
    if families is not None:
        tasks["family"] = families
    runs = [
        {"task_id": task, "algorithm": algorithm, "config": {"k": k}, "metric": metric,
         "score": score, "fold_scores": [score - 0.01, score + 0.01], "fit_seconds": 0.5, **more}
        for task, found in scores.items()
        for (algorithm, k), score in found.items()
    ]  # fmt: skip
    described = None if features is None else pd.DataFrame(features, index=names)
    return KnowledgeBase.from_frames(tasks, described, pd.DataFrame(runs))


def rdf_term(written):
    """The term of rdflib that N-Triples writes so."""
    if written[0] == "<":
        return URIRef(written[1:-1])
    value, datatype = parts_of(written)
    return Literal(value, datatype=URIRef(datatype) if datatype else None)
