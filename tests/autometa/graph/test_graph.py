"""The graph says what the history says: a small one by hand, and one that grows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import rdflib
from graph_bases import base, rdf_term
from rdflib import URIRef

from autometa import KnowledgeBase, MetaModel
from autometa.exceptions import KnowledgeBaseError
from autometa.graph._terms import MLSEA

HERE = Path(__file__).parent


def lines(graph):
    """The graph's triples as lines of N-Triples."""
    return {f"{s} {p} {o} ." for s, p, o in graph.triples()}


def valued(triples):
    """Triples with numbers by their value, whatever datatype and digits they are written with."""
    return {(str(s), str(p), value_of(o)) for s, p, o in triples}


def value_of(term):
    try:
        # 9 digits: a standard error by hand has fewer than one by floats
        return str(term) if isinstance(term, URIRef) else round(float(term), 9)
    except ValueError:
        return str(term)


def by_hand(name):
    return valued(rdflib.Graph().parse(HERE / name, format="turtle"))


def ours(graph):
    return valued(tuple(map(rdf_term, triple)) for triple in graph.triples())


def test_all_that_mlseas_rules_say_of_these_rows_is_said_alike(two_tasks):
    assert by_hand("mlsea.ttl") - ours(two_tasks.graph()) == set()


def test_the_terms_of_our_own_say_what_a_hand_wrote(two_tasks):
    runs = "hasSetup", "fidelity", "nRuns", "nFailed", "fitSeconds", "config"
    said = {
        (s, p, o)
        for s, p, o in ours(two_tasks.graph())
        if "urn:autometa:" in p + str(o) or "/statement/" in s
        if "/run/" not in s and not p.endswith("urn:autometa:config")
    }
    assert said == by_hand("own.ttl")
    facts = {p for s, p, _ in ours(two_tasks.graph()) if s.endswith("run/s-2ee7e8ee871b")}
    assert {f"urn:autometa:{name}" for name in runs[:-1]} <= facts


def test_a_graph_grows_as_its_knowledge_base_does(tmp_path):
    path = tmp_path / "kb"
    scores = {"s": {("a", 1): 0.9, ("b", 1): 0.7}, "t": {("a", 1): 0.6}}
    base(scores).save(path)
    graph = KnowledgeBase.load(path).graph()
    more = {"t": {("b", 2): 0.8}, "u": {("c", 1): 0.5}}
    base(more).save(path, if_exists="append")
    assert graph.update(KnowledgeBase.load(path)) == ["t", "u"]
    assert lines(graph) == lines(KnowledgeBase.load(path).graph())
    assert graph.query('ASK { ?f dcterms:title "b" ; autometa:bestOn/rdfs:label "t" }').rows == [
        [True]
    ]
    assert graph.update(KnowledgeBase.load(path)) == []
    KnowledgeBase.remove(path, tasks=["u"])
    graph.update(KnowledgeBase.load(path))
    assert lines(graph) == lines(KnowledgeBase.load(path).graph())


def test_every_single_run_is_a_node_on_request():
    runs = pd.DataFrame(
        {
            "task_id": "openml:task/31",
            "algorithm": "a",
            "config": "{}",
            "metric": ["accuracy", "f1", "accuracy", "accuracy"],
            "score": [0.5, 0.6, 0.7, 0.7],
            "source": ["", "", "", "openml:run/7"],
        }
    )
    tasks = pd.DataFrame({"task_id": ["openml:task/31"], "task_type": "binary"})
    kb = KnowledgeBase.from_frames(tasks, None, runs)
    asked = (
        "SELECT ?r (COUNT(?e) AS ?n) { ?r a mls:Run ; mls:hasOutput ?e } GROUP BY ?r ORDER BY ?r"
    )
    name = f"{MLSEA}run/openml%3Atask%2F31-{kb.setups['setup_id'][0]}"
    assert kb.graph(runs="all").query(asked).rows == [
        [f"{MLSEA}run/7", 1],
        [f"{name}.0", 2],
        [f"{name}.1", 1],
    ]
    assert kb.graph().query(asked).rows == [[name, 2]]
    assert kb.graph(runs="none").query(asked).rows == []
    assert kb.graph().query("SELECT ?t { ?t a mls:Task }").rows == [[f"{MLSEA}task/31"]]


def test_two_names_of_one_address_are_refused():
    kb = base({"31": {("a", 1): 0.5}, "openml:task/31": {("a", 1): 0.5}})
    with pytest.raises(KnowledgeBaseError, match="'31' and 'openml:task/31'"):
        kb.graph()
    assert len(kb.graph(namespace="urn:mine:").query("SELECT ?t { ?t a mls:Task }")) == 2


@pytest.mark.parametrize("namespace", ["mine", "http://x.org/a b/", "http://x.org/a", "a:>/"])
def test_a_namespace_must_be_one(two_tasks, namespace):
    with pytest.raises(KnowledgeBaseError, match="must be an IRI that ends in"):
        two_tasks.graph(namespace=namespace)


def test_a_task_whose_runs_all_failed_is_there():
    tasks = pd.DataFrame({"task_id": ["t"], "task_type": "binary"})
    runs = {"task_id": ["t"], "algorithm": "a", "config": "{}", "metric": "accuracy",
            "score": float("nan"), "status": "error"}  # fmt: skip
    graph = KnowledgeBase.from_frames(tasks, None, pd.DataFrame(runs)).graph()
    assert graph.query("SELECT ?n { ?r a mls:Run ; autometa:nFailed ?n }").rows == [[1]]
    assert graph.query("SELECT ?e { ?e a mls:ModelEvaluation }").rows == []


def test_an_explanation_cites_triples_of_the_graph():
    scores = {f"t{i}": {("a", 1): 0.9 - i / 100, ("b", 1): 0.5} for i in range(8)}
    kb = base(scores, features={"x": [float(i) for i in range(8)]}, families=list("stuvwxyz"))
    advice = (
        MetaModel()
        .fit(kb)
        .recommend(kb.metafeatures.iloc[0], n=1, task_type="binary", metric="roc_auc")
    )
    explanation = advice[0].explain()
    assert set(explanation.path) <= set(kb.graph().triples())
    assert len(explanation.path) == 1 + len(explanation.neighbors)
    assert "specialises flow/a, evaluated on task/t" in explanation.text(200)
