"""Long tables drawn at random: what is written comes back, or is told."""

from __future__ import annotations

import json

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autometa.importers import read_table
from autometa.knowledge_base._setups import canonical_setup


def configs(imported):
    return [json.loads(config) for config in imported.knowledge_base.runs["config"]]


names = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=6)
words = st.text("abcxyz ,;'\"{}\n", min_size=1, max_size=8).map(lambda w: f"w{w}w")
values = st.one_of(
    st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False), st.booleans(),
    st.none(), words,
)  # fmt: skip
rows = st.lists(
    st.tuples(
        st.sampled_from(["iris", "wine", "task, with comma"]),
        st.dictionaries(names, values, max_size=4),
        st.floats(-1e6, 1e6),
    ),
    min_size=1,
    max_size=8,
)


@given(rows)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_configurations_as_json_come_back_as_they_were(tmp_path, rows):
    frame = pd.DataFrame(
        [(task, "m", json.dumps(config), score) for task, config, score in rows],
        columns=["task", "model", "config", "score"],
    )
    path = tmp_path / "runs.csv"
    frame.to_csv(path, index=False)
    runs = read_table(path).knowledge_base.runs
    wanted = {(task, canonical_setup("m", config), score) for task, config, score in rows}
    found = set(zip(runs["task_id"], runs["config"], runs["score"], strict=True))
    assert found == wanted


@given(
    st.lists(
        st.fixed_dictionaries({}, optional={"depth": st.integers(0, 99), "kind": words}),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_columns_of_hyperparameters_come_back_with_their_types(tmp_path, given_configs):
    frame = pd.DataFrame([{f"param_{k}": v for k, v in c.items()} for c in given_configs])
    frame.insert(0, "score", range(len(frame)))
    path = tmp_path / "runs.csv"
    frame.to_csv(path, index=False)
    assert configs(read_table(path)) == given_configs


@given(st.lists(st.sampled_from(["0.5", "bad", "", "nan", "inf", "1e-3"]), max_size=12))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_either_kept_or_told(tmp_path, cells):
    lines = [f"t{i},m,{cell}" for i, cell in enumerate([*cells, "0.25", "0.75", "0.5"])]
    path = tmp_path / "runs.csv"
    path.write_text("\n".join(["task,model,score", *lines, *["t,m,0.1"] * len(cells)]) + "\n")
    imported = read_table(path)
    n_dropped = sum(d.count for d in imported.dropped if d.what in ("rows", "runs"))
    assert len(imported.knowledge_base.runs) + n_dropped == len(lines) + len(cells)
