"""A command is a file of the folder of commands and the schema beside it: nothing lists it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

COMMAND = """
from autometa.cli._command import ABOUT, Answer, command

@command("greet", panel=ABOUT)
def greet(name: str) -> Answer:
    '''Greet somebody.'''
    return Answer(content={"greeting": f"Hello, {name}."}, show=lambda: print(f"Hello, {name}."))
"""
SCHEMA = {"properties": {"greeting": {"type": "string"}}, "required": ["greeting"]}
RUN = """
import sys
from importlib.util import find_spec, module_from_spec

spec = find_spec("autometa.cli")
spec.submodule_search_locations.append(sys.argv[1])  # as if the file lay in the folder of commands
sys.modules["autometa.cli"] = module_from_spec(spec)
spec.loader.exec_module(sys.modules["autometa.cli"])
sys.modules["autometa.cli"].main(sys.argv[2:])
"""


def run(folder, *words):
    line = [sys.executable, "-c", RUN, str(folder), *words]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_planted_command_is_run_listed_and_has_a_schema(tmp_path):
    (tmp_path / "_greet.py").write_text(COMMAND)
    (tmp_path / "_greet.json").write_text(json.dumps(SCHEMA))
    assert run(tmp_path, "greet", "Ada") == "Hello, Ada.\n"
    answer = json.loads(run(tmp_path, "greet", "Ada", "--json"))
    assert (answer["command"], answer["greeting"]) == ("greet", "Hello, Ada.")
    assert "Greet somebody." in run(tmp_path, "--help")
    schema = json.loads(run(tmp_path, "schema", "greet"))
    assert schema["properties"]["greeting"] == {"type": "string"}
