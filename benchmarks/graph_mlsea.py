"""Compare our graph of a knowledge base with what MLSea's rules make of the same rows.

The rows of a knowledge base are written as the CSV files that MLSea's RML rules name; morph-kgc
lets the rules build their graph of them, and `KnowledgeBase.graph` builds ours. Both are compared
triple by triple: literals by their value, for the rules write each number as text of another
datatype (``xsd:float``, ``rdfs:Literal``, and ``xsd:integer`` for ids that are names here).

    python benchmarks/graph_mlsea.py --rules ../shared/graph --morph /path/to/python
    python benchmarks/graph_mlsea.py --smoke

Rules and tables of types: Dasoulas, Yang, Dimou, MLSea, ESWC 2024 (GitHub dtai-kg/MLSea-KGC,
Apache-2.0). morph-kgc wants another pandas than autometa: ``--morph`` is the Python of an
environment that has it. Without it only our side is built, and the page is not written.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from measuring import SMOKE, made_by, results

from autometa import KnowledgeBase
from autometa.graph._cells import Cells
from autometa.graph._described import openml_qualities
from autometa.graph._flows import datatypes
from autometa.graph._names import run_name
from autometa.graph._terms import compact, parts_of

Row = dict[str, Any]
Triple = tuple[str, str, str | float]
SOURCES = "Data/OpenML-Samples/", "Data/OpenML-Types/"
SPLIT = "cross-validation", "crossvalidation"
# Columns that a knowledge base has nothing for; morph-kgc needs them to be there all the same.
UNKNOWN = {
    "datasets": (
        "version description contributor upload_date licence url visibility original_data_url "
        "cache_format language md5_checksum default_target_attribute ignore_attribute "
        "row_id_attribute"
    ),
    "tasks": "url",
    "flows": "version description language openml_url upload_date",
    "flow_params": "description",
    "runs": "description openml_url predictions_url uploader_name",
}
NO_ROWS = {
    "dataset_creators": "creator_per_dataset did_per_creator",
    "dataset_tags": "did_per_tag tag_per_dataset",
    "dataset_features": "dataset_id feature_id name type missing_values",
    "dataset_references": "did paper_url",
    "flow_tags": "flow_id tag",
    "flow_dependencies": "flow_id dependency",
}
QUALITIES = [
    "MajorityClassSize",
    "MinorityClassSize",
    "NumberOfClasses",
    "NumberOfFeatures",
    "NumberOfInstances",
    "NumberOfInstancesWithMissingValues",
    "NumberOfMissingValues",
    "NumberOfNumericFeatures",
    "NumberOfSymbolicFeatures",
]


def tables(kb: KnowledgeBase) -> dict[str, list[Row]]:
    """Return the rows of a knowledge base as MLSea's rules want them."""
    cells = Cells.of(kb)
    configs = [json.loads(config) for config in cells.configs]
    features = kb.metafeatures.to_dict("index")
    found: dict[str, list[Row]] = {
        "datasets": [],
        "tasks": [],
        "flows": [{"id": a, "full_name": a} for a in sorted(set(cells.algorithms))],
        "flow_params": [
            {"flow_id": a, "key": name, "datatype": kind}
            for a in sorted(set(cells.algorithms))
            for name, kind in datatypes(
                [c for b, c in zip(cells.algorithms, configs, strict=True) if a == b]
            ).items()
        ],
        "runs": [],
        "run_settings": [],
        "run_evaluations": [],
    }
    for task in kb.tasks.to_dict("records"):
        one, name = task["task_id"], task["name"]
        qualities = openml_qualities(features.get(one, {}), task["task_type"])
        found["datasets"].append({"did": one, "name": name, **qualities})
        kind = "Regression" if task["task_type"] == "regression" else "Classification"
        found["tasks"].append(
            {"tid": one, "name": name, "did": one, "task_type": f"Supervised {kind}",
             "estimation_procedure": SPLIT[0], "estimation_procedure_type": SPLIT[1]}
        )  # fmt: skip
    columns = (cells.task, cells.setup, cells.metric, cells.score)
    seen = set()
    for t, s, m, score in zip(*(column.tolist() for column in columns), strict=True):
        task, flow, run = (
            cells.task_ids[t],
            cells.algorithms[s],
            run_name(cells.task_ids[t], cells.setup_ids[s]),
        )
        if run not in seen:
            seen.add(run)
            found["runs"].append({"run_id": run, "task_id": task, "did": task, "flow_id": flow})
            found["run_settings"] += [
                {"run_id": run, "flow_id": flow, "param": p, "value": _cell(v)}
                for p, v in configs[s].items()
            ]
        if score == score:
            found["run_evaluations"].append(
                {"run_id": run, "eval_name": cells.metrics[m], "value": repr(score)}
            )
    return found


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def write(found: dict[str, list[Row]], folder: Path) -> None:
    """Write the rows as files with a header each."""
    for name, rows in {**{empty: [] for empty in NO_ROWS}, **found}.items():
        names = dict.fromkeys(key for row in rows for key in row)
        extra = UNKNOWN.get(name, "").split() + (NO_ROWS.get(name, "").split())
        header = [*names, *extra, *(q for q in QUALITIES if name == "datasets" and q not in names)]
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, header, restval="")
            writer.writeheader()
            writer.writerows(rows)


def theirs(rules: Path, folder: Path, python: str) -> Path:
    """Let morph-kgc apply the rules to the files; return the N-Triples file that it writes."""
    for types in rules.glob("*_types.csv"):
        # the rules join on these; one of the files has no line's end
        (folder / types.name).write_text(types.read_text().rstrip("\n") + "\n")
    mappings = []
    for rule in sorted(rules.glob("openml_*_rules.rml.ttl")):
        text = rule.read_text()
        for source in SOURCES:
            text = text.replace(f'"{source}', f'"{folder}/')
        # ids of OpenML are numbers, those of a knowledge base are names, which morph-kgc refuses
        text = text.replace("rr:datatype xsd:integer", "rr:datatype xsd:string")
        (folder / rule.name).write_text(text)
        mappings.append(str(folder / rule.name))
    out, config = folder / "theirs.nt", folder / "config.ini"
    config.write_text(
        f"[CONFIGURATION]\noutput_file={out}\noutput_format=N-TRIPLES\nnumber_of_processes=1\n"
        f"logging_level=ERROR\n[rules]\nmappings={','.join(mappings)}\n"
    )
    subprocess.run([python, "-m", "morph_kgc", str(config)], check=True, cwd=folder)
    return out


def valued(triples: Iterable[tuple[str, str, str]]) -> Iterator[Triple]:
    """Yield triples with literals as their value."""
    for subject, predicate, value in triples:
        yield subject, predicate, value if value[0] == "<" else _value(parts_of(value)[0])


def _value(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return f'"{text}"'


def triples_in(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the triples of an N-Triples file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                subject, predicate, value = line.rstrip().removesuffix(".").rstrip().split(" ", 2)
                yield subject, predicate, value


def compare(them: set[Triple], us: set[Triple]) -> list[tuple[str, int, int, int, int]]:
    """Return by predicate how many triples both have, only they, and only we."""
    counts = [Counter(p for _, p, _ in side) for side in (them, them & us, them - us, us - them)]
    names = sorted(set(counts[0]) | set(counts[3]))
    return [(compact(n[1:-1]), *(count[n] for count in counts)) for n in names]  # type: ignore[misc]


def some(kb: KnowledgeBase, n: int) -> KnowledgeBase:
    """Return a part of a knowledge base with the runs of a few tasks."""
    return kb.select(tasks=kb.tasks["task_id"].head(n).tolist())


def report(rows: list[tuple[str, int, int, int, int]], them: set[Triple], us: set[Triple]) -> str:
    """Return the page."""
    lines = ["| predicate | theirs | both | only theirs | only ours |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    lines += [f"| `{name}` | {a:,} | {b:,} | {c:,} | {d:,} |" for name, a, b, c, d in rows]
    missed = sorted(them - us, key=str)
    counts = f"{len(them):,} triples are theirs, {len(us):,} ours, {len(them & us):,} both's."
    some_of = [f"- `{s} {p} {o}`" for s, p, o in missed[:: max(len(missed) // 8, 1)]]
    listed = f"Some of the {len(missed):,} that are only theirs:"
    return "\n".join([counts, "", *lines, "", listed, "", *some_of])


def main() -> None:
    """Compare, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rules", type=Path, default=Path("../shared/graph"))
    parser.add_argument("--morph", default=sys.executable, help="Python that has morph-kgc")
    parser.add_argument("--n-tasks", type=int, default=170, help="of the bundled knowledge base")
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    chosen = parser.parse_args()
    kb = some(KnowledgeBase.bundled(), 2 if chosen.smoke else chosen.n_tasks)
    us = set(valued(kb.graph().triples()))
    has_rules = any(chosen.rules.glob("*.rml.ttl"))
    probe = subprocess.run(
        [chosen.morph, "-c", "import morph_kgc"], capture_output=True, check=False
    )
    with tempfile.TemporaryDirectory() as folder, results(chosen.smoke) as pages:
        write(tables(kb), Path(folder))
        if not has_rules or probe.returncode:
            print(f"{len(us):,} triples are ours. For theirs, give --rules and --morph.")
            return
        them = set(valued(triples_in(theirs(chosen.rules.resolve(), Path(folder), chosen.morph))))
        page = report(compare(them, us), them, us)
        print(page)
        head = "# Our graph beside MLSea's\n\nOf the same rows of the bundled knowledge base"
        head += f" ({len(kb.tasks)} tasks, one run a setup on a task), by predicate.\n\n"
        made = made_by(f"graph_mlsea.py --n-tasks {chosen.n_tasks}")
        (pages / "graph_mlsea.md").write_text(f"{head}{page}\n\n{made}\n")


if __name__ == "__main__":
    main()
