"""What is written reads back: the same triples, numbers to the bit, one address a name."""

from __future__ import annotations

import math
import struct
import warnings
import xml.etree.ElementTree as ET

import networkx
import pandas as pd
import pytest
import rdflib
from graph_bases import HOSTILE, VALUES, base, rdf_term

from autometa import KnowledgeBase
from autometa.graph._names import Names
from autometa.graph._terms import PREFIXES, encoded

XSD, MLS = PREFIXES["xsd"], PREFIXES["mls"]
RDF_FORMATS = {".nt": "nt", ".ttl": "turtle", ".jsonld": "json-ld"}


@pytest.fixture(scope="module")
def hostile():
    """Tasks, algorithms, hyperparameters and metrics of all such names."""
    names = list(HOSTILE)
    tasks = pd.DataFrame({"task_id": names, "name": names, "task_type": "binary", "family": names})
    runs = pd.DataFrame(
        [{"task_id": n, "algorithm": n or "none", "config": {n: n}, "metric": n or "none",
          "score": 0.5} for n in names]
    )  # fmt: skip
    described = pd.DataFrame({n: range(len(names)) for n in names}, index=names, dtype=float)
    return KnowledgeBase.from_frames(tasks, described, runs)


def bits(value):
    return struct.pack("<d", value)


@pytest.mark.parametrize("ending", RDF_FORMATS)
def test_hostile_names_read_back_as_the_same_triples(tmp_path, hostile, ending):
    graph = hostile.graph()
    graph.save(tmp_path / f"g{ending}")
    read = parsed(tmp_path / f"g{ending}")
    assert {tuple(term.n3() for term in t) for t in read} == {
        tuple(rdf_term(part).n3() for part in t) for t in graph.triples()
    }


def parsed(path):
    """The triples that another library reads in a file."""
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # its own
        return rdflib.Graph().parse(path, format=RDF_FORMATS[path.suffix])


def test_one_name_is_one_address_and_the_reverse():
    assert len({encoded(name) for name in HOSTILE}) == len(HOSTILE)
    naming = Names()
    runs = {naming.run(f"{task}-{'0' * 12}") for task in HOSTILE}
    assert len(runs) == len(HOSTILE)


def test_no_name_adds_a_triple(hostile):
    plain = base({f"t{i}": {(f"a{i}", 1): 0.5} for i in range(len(HOSTILE))})
    counts = [
        sum(1 for _, p, _ in kb.graph().triples() if "achieves" in p) for kb in (hostile, plain)
    ]
    assert counts == [len(HOSTILE), len(HOSTILE)]


@pytest.fixture(scope="module")
def numbers():
    """Meta-features and seconds of numbers that writers cut."""
    return base(
        {f"t{i}": {("a", 1): 0.5} for i in range(len(VALUES))},
        features={"f": list(VALUES)},
        fit_seconds=12345.678912345,
    )


def read_values(path, ending):
    """The value of each meta-feature of task i."""
    if ending == ".graphml":
        graph = networkx.read_graphml(path)
        nodes = dict(graph.nodes(data="mls:hasValue"))
        return {k: v for k, v in nodes.items() if k.endswith("Characteristic/f")}
    found = parsed(path).subject_objects(rdflib.URIRef(f"{MLS}hasValue"))
    found = [(str(s), o) for s, o in found if str(s).endswith("Characteristic/f")]
    assert {str(o.datatype) for _, o in found} == {f"{XSD}double"}
    return {s: float(o) for s, o in found}


@pytest.mark.parametrize("ending", [*RDF_FORMATS, ".graphml"])
def test_numbers_are_equal_to_the_bit_in_all_formats(tmp_path, numbers, ending):
    path = tmp_path / f"g{ending}"
    numbers.graph().save(path)
    found = read_values(path, ending)
    expected = {
        Names().within(Names().of("dataset", f"t{i}"), "datasetCharacteristic", "f")[1:-1]: value
        for i, value in enumerate(VALUES)
        if not math.isnan(value)  # unknown is absent
    }
    assert {k: bits(v) for k, v in found.items()} == {k: bits(v) for k, v in expected.items()}
    assert "INF" in path.read_text()
    assert "12345.678912345" in path.read_text()


def test_graphml_declares_the_types_it_uses(tmp_path, hostile):
    path = tmp_path / "g.graphml"
    hostile.graph().save(path)
    space = "{http://graphml.graphdrawing.org/xmlns}"
    root = ET.parse(path).getroot()
    keys = {key.get("id"): key for key in root.iter(f"{space}key")}
    check = {"double": float, "long": int, "boolean": ["true", "false"].index, "string": str}
    for data in root.iter(f"{space}data"):
        check[keys[data.get("key")].get("attr.type")](data.text or "")
    # text in one node, a number in another: two declarations of one name
    kinds = {k.get("attr.type") for k in keys.values() if k.get("attr.name") == "mls:hasValue"}
    assert kinds == {"double", "string"}
    graph = networkx.read_graphml(path)
    labels = set(dict(graph.nodes(data="rdfs:label")).values())
    assert {'a b>c"d', "数据集", "bell\\u000b"} <= labels
    assert set(graph) == set(hostile.graph().to_networkx())


def test_what_a_statement_says_is_on_its_edge(two_tasks):
    graph = two_tasks.graph(runs="none").to_networkx()
    naming = Names()
    s, t = (naming.task(name)[1:-1] for name in "st")
    assert graph.edges[s, t, "autometa:similarTo"] == {"autometa:distance": 1.0}
    assert not [n for n in graph if "/statement/" in n]


@pytest.mark.parametrize("name", ["graph.txt", "graph"])
def test_another_ending_is_refused_before_anything_is_done(tmp_path, two_tasks, name):
    with pytest.raises(ValueError, match=r"must end in one of \['.nt', '.ttl'"):
        two_tasks.graph().save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
