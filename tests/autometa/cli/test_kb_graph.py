"""``autometa kb graph`` and ``autometa kb query``."""

from __future__ import annotations

import json

from graph_bases import base


def test_the_command_refuses_what_the_function_refuses(autometa, tmp_path):
    base({"t": {("a", 1): 0.5}}).save(tmp_path / "kb")
    code, _, err = autometa("kb", "query", "LOAD <file:///etc/passwd>", tmp_path / "kb")
    assert (code, err.count("\n")) == (2, 1)
    assert "may not change" in err
    line = "kb", "query", "ASK { ?s autometa:bestOn ?t }", tmp_path / "kb"
    assert json.loads(autometa(*line, "--json")[1])["rows"] == [[True]]
    assert autometa(*line)[1] == "answer\nTrue\n"


def test_questions_are_listed_when_none_is_asked(autometa):
    listed = autometa("kb", "query")[1].splitlines()
    assert len(listed) == 11
    assert listed[1].startswith("winners-with-gaps\t")


def test_a_wrong_ending_is_told_before_the_knowledge_base_is_read(autometa, tmp_path):
    code, _, err = autometa("kb", "graph", tmp_path / "none", "--out", tmp_path / "g.rdf")
    assert code == 2
    assert "must end in one of ['.nt', '.ttl', '.jsonld', '.graphml']" in err
