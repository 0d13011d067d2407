"""What is printed is text: names that command a terminal, a spreadsheet or rich stay names."""

from __future__ import annotations

import ast
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autometa.cli
from autometa import KnowledgeBase
from autometa.cli import main
from autometa.cli._output import JOINERS, UNSEEN, PlainConsole, make_table, visible
from autometa.importers import read_export
from autometa.knowledge_base import add_to, export

CLI = Path(autometa.cli.__file__).parent
PRINTERS = {"print", "echo", "secho", "Console", "Table", "Text", "Panel", "from_markup"}
EVIL = "\x1b]0;owned\x07\x1b[31m[/x][bold]\x9b2J\u202e\r\nNote: all is well"


def calls(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            function = node.func
            yield (
                node,
                function.id if isinstance(function, ast.Name) else getattr(function, "attr", ""),
                isinstance(function, ast.Name),
            )


@pytest.mark.parametrize("path", sorted(CLI.rglob("*.py")), ids=lambda path: path.stem)
def test_nothing_is_printed_but_by_the_printer(path):
    """`out.print` of a `PlainConsole` is the printer's; the bare function is not."""
    if path.name == "_output.py":
        return
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if hasattr(node, "attr")]
    assert not {"stdout", "stderr"} & {node.attr for node in nodes}
    for node, name, is_bare in calls(path):
        if name == "print" and not is_bare:
            continue
        if path.name == "_app.py" and ast.unparse(node) == "print(__version__)":
            continue
        assert name not in PRINTERS, f"{path.name}:{node.lineno} prints by {name}"


@given(st.text())
def test_nothing_that_commands_a_terminal_is_left(text):
    shown = visible(text)
    assert not any(unicodedata.category(sign) in UNSEEN and sign not in JOINERS for sign in shown)
    assert not set("\x1b\x9b\r\n\x07\x08\u202e\u2028") & set(shown)


@pytest.mark.parametrize("name", ["[/x]", "[bold]x", ":smile:", "\x1b[31mx", "a\rb", "[link=x]y"])
@pytest.mark.parametrize("is_terminal", [False, True])
def test_a_name_is_shown_as_it_is_in_lines_titles_and_cells(name, is_terminal):
    out = PlainConsole(width=100)
    out._force_terminal = is_terminal
    table = make_table(name, name)
    table.add_row(name)
    with out.capture() as captured:
        out.print(name)
        out.print(table)
    shown = captured.get()
    assert shown.count(visible(name)) >= 4
    assert "\x1b[31m" not in shown
    assert "\r" not in shown


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    """A knowledge base each of whose names commands a terminal, and a table."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.chdir(tmp_path)
    names = [f"{EVIL}{i}" for i in range(6)]
    tasks = pd.DataFrame(
        {"task_id": names, "task_type": "binary", "name": names, "family": names, "source": EVIL}
    )
    features = pd.DataFrame({"n_rows": range(50, 56), "n_columns": 2.0, EVIL: 1.0}, index=names)
    runs = pd.DataFrame(
        [
            {"task_id": task, "algorithm": f"{algorithm}{EVIL}", "config": {EVIL: EVIL, "k": k},
             "metric": metric, "score": 0.5 + 0.01 * k, "fit_seconds": 1.0, "source": EVIL}
            for task in names for algorithm in "ab" for k in range(3)
            for metric in ("roc_auc", EVIL)
        ]
    )  # fmt: skip
    kb = KnowledgeBase.from_frames(tasks, features, runs, {"by": EVIL})
    kb.save(tmp_path / "kb")
    kb = KnowledgeBase(kb.tasks, kb.metafeatures, kb.runs.assign(score=0.1))
    kb.save(tmp_path / "other")
    frame = pd.DataFrame({EVIL: range(60), "y": ["no", "yes"] * 30})
    frame.to_csv(tmp_path / "x.csv", index=False)
    return tmp_path


COMMANDS = {
    "recommend": ["recommend", "x.csv", "-t", "y", "-k", "kb", "--explain"],
    "recommend, json": ["recommend", "x.csv", "-t", "y", "-k", "kb", "--json"],
    "describe": ["describe", "x.csv", "-t", "y", "--family", "simple"],
    "no target": ["describe", "x.csv", "-t", EVIL],
    "no file": ["describe", f"{EVIL}.csv", "-t", "y"],
    "list": ["kb", "list", "kb"],
    "list setups": ["kb", "list", "kb", "--setups"],
    "list runs": ["kb", "list", "kb", "--runs"],
    "list nothing": ["kb", "list", "kb", "--task", EVIL],
    "info": ["kb", "info", "kb"],
    "info, json": ["kb", "info", "kb", "--json"],
    "verify": ["kb", "verify", "kb"],
    "diff": ["kb", "diff", "kb", "other"],
    "add": ["kb", "add", "kb", "--to", "own2"],
    "merge": ["kb", "merge", "kb", "other", "--out", "both"],
    "compact": ["kb", "compact", "kb"],
    "remove": ["kb", "remove", "kb", "--task", f"{EVIL}0", "--yes"],
    "remove nothing": ["kb", "remove", "kb", "--task", EVIL, "--yes"],
    "export": ["kb", "export", "kb", "--out", "csv"],
    "export matrix": ["kb", "export", "kb", "--out", "matrix", "--format", "matrix"],
    "export aslib": ["kb", "export", "kb", "--out", "aslib", "--format", "aslib"],
    "import": ["kb", "import", "kb", "--dry-run"],
    "import nothing": ["kb", "import", EVIL, "--out", "z"],
    "build": ["kb", "build", "--datasets", EVIL, "--out", "z"],
    "generate": ["kb", "generate", "--datasets", EVIL, "--out", "z"],
    "evaluate": ["kb", "evaluate", EVIL],
    "no option": ["kb", "list", "kb", "--metric", EVIL],
}


def test_no_name_commands_the_terminal_in_any_command(hostile, capsys):
    for what, command in COMMANDS.items():
        with pytest.raises(SystemExit) as ended:
            main(command)
        out, err = capsys.readouterr()
        assert ended.value.code in (0, 1, 2, None), what
        for text in (out, err):
            assert not set("\x1b\x07\x9b\r\u202e") & set(text), f"{what}: {text!r}"
            assert not any(line.startswith("Note: all is well") for line in text.splitlines()), what


def test_a_file_that_is_named_as_a_command_is_shown_by_verify(hostile, capsys):
    (hostile / "kb" / "[x]\x1b[31m").write_text("x")
    with pytest.raises(SystemExit):
        main(["kb", "verify", "kb"])
    out, _ = capsys.readouterr()
    assert "[x]\\x1b[31m" in out


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(st.text("=+-@'\ta\r\"0,", max_size=5), min_size=1, max_size=4, unique=True))
def test_a_csv_export_holds_no_formula_and_reads_back_as_it_was(tmp_path_factory, names):
    names = [f"{name}x" for name in names]
    tasks = pd.DataFrame({"task_id": names, "task_type": "binary", "source": names})
    runs = pd.DataFrame({"task_id": names, "algorithm": names, "config": "{}", "score": -0.5})
    kb = KnowledgeBase.from_frames(tasks, None, runs.assign(metric="neg_log_loss", source=names))
    folder = tmp_path_factory.mktemp("x") / "csv"
    export(kb, folder, "csv")
    for path in folder.glob("*.csv"):
        cells = pd.read_csv(path, dtype=str, keep_default_na=False)
        texts = [name for name in cells if name not in ("score", "train_score")]
        assert not cells[texts].stack().str.contains(r"^[=+\-@\t\r]").any()
    again = read_export(folder)
    pd.testing.assert_frame_equal(again.tasks, kb.tasks)
    assert again.runs[["task_id", "algorithm", "source", "score"]].equals(
        kb.runs[["task_id", "algorithm", "source", "score"]]
    )


def test_a_password_does_not_get_into_a_knowledge_base(tmp_path):
    tasks = pd.DataFrame({"task_id": ["t"], "task_type": "binary"})
    runs = pd.DataFrame({"task_id": ["t"], "algorithm": "a", "config": "{}", "score": 0.5})
    kb = KnowledgeBase.from_frames(tasks, None, runs.assign(metric="accuracy"))
    add_to(tmp_path / "kb", kb, "postgresql://ann:s/ec@ret@db.example/optuna")
    kept = KnowledgeBase.load(tmp_path / "kb").provenance
    assert kept["source"] == "postgresql://ann:***@db.example/optuna"
