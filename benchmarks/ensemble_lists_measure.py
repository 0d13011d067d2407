"""Measure what `ensemble_lists.py` compares: predictions of many setups on many tables.

The setups are candidates of every list: those that `tune` tries first without a knowledge
base, the libraries' defaults, and what advice most often begins with on the tables of the
bundled knowledge base. Each is measured as `autometa kb build --keep-predictions` does, and a
run that was stopped goes on. Tables of each type come in an order drawn once, one a family
first and those last whose known runs say that they take long, so that any part that is done
is of use: all setups of a table come together.

    python benchmarks/ensemble_lists_measure.py --shared ../shared --out FOLDER
    python benchmarks/ensemble_lists_measure.py --smoke
"""

from __future__ import annotations

import argparse
import json
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from measuring import SMOKE

from autometa import KnowledgeBase
from autometa.algorithms import algorithms_for, get_algorithm
from autometa.building._executors import Call, make_call_executor, outcomes
from autometa.building._predictions import keep_predictions
from autometa.building._sources import TaskSource, read_sources
from autometa.building._worker_side import FOLD_SEED, measure_setup
from autometa.knowledge_base._schema import canonical_config
from autometa.meta_models import meta_model_of
from autometa.metrics import default_metric
from autometa.tuning.scheduling._plan import preset_candidates

N_CANDIDATES = 42
N_OWN = 20  # of the list without a knowledge base: all that have a place in it
N_HEAD = 8
BUDGETS = (None, 0.8, 2.0, 12.0)  # seconds a fold: none, 4, 10 and 60 s of five folds
N_FOLDS = 3
CPU_LIMIT = 20.0  # as of the bundled runs
LONG = 10.0  # expected seconds of all candidates: such tables come last
TASK_TYPES = ("binary", "multiclass", "regression")

Setup = tuple[str, str]


def main() -> None:
    """Measure what is not measured yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.smoke:
        with tempfile.TemporaryDirectory() as folder:
            print(*[path.name for path in measure_few(Path(folder)).glob("*.jsonl")])
        return
    if arguments.shared is None or arguments.out is None:
        parser.error("--shared and --out are needed")
    kb = KnowledgeBase.bundled()
    setups = candidates(kb, arguments.out)
    sources = in_turn(read_sources(arguments.shared / "datasets"), kb, setups)
    measure(sources, setups, arguments.out)


def candidates(kb: KnowledgeBase, out: Path) -> dict[str, list[Setup]]:
    """Return the setups to measure by task type, chosen once and then kept in the folder."""
    path = out / "candidates.json"
    if path.exists():
        kept = json.loads(path.read_text())
        return {kind: [(name, config) for name, config in kept[kind]] for kind in kept}
    chosen = {task_type: list(_candidates(kb, task_type)) for task_type in TASK_TYPES}
    out.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(chosen))
    return chosen


def _candidates(kb: KnowledgeBase, task_type: str) -> Iterator[Setup]:
    """Yield setups: our own list's, the libraries', and the heads of advice by what they count."""
    names = [algorithm.name for algorithm in algorithms_for(task_type, 500, 2)]
    own = preset_candidates(task_type, names)[:N_OWN]
    listed = [(one.algorithm, canonical_config(one.config)) for one in own]
    for name in names:
        listed.append((name, canonical_config(get_algorithm(name).setups(task_type)["library"])))
    model, heads = meta_model_of(kb), Counter[Setup]()
    for task_id in kb.tasks.loc[kb.tasks["task_type"] == task_type, "task_id"]:
        for budget in BUDGETS:
            advice = model.recommend(
                kb.metafeatures.loc[task_id],
                n=N_HEAD,
                task_type=task_type,
                metric=default_metric(task_type),
                time_budget=budget,
            )
            for place, one in enumerate(advice, 1):
                heads[(one.algorithm, canonical_config(one.config))] += 1 / place
    ranked = [setup for setup, _ in heads.most_common()]
    yield from list(dict.fromkeys([*listed, *ranked]))[:N_CANDIDATES]


def in_turn(
    sources: list[TaskSource], kb: KnowledgeBase, setups: dict[str, list[Setup]]
) -> list[TaskSource]:
    """Return the tables that the knowledge base knows: types in turn, long ones last."""
    runs = kb.runs[kb.runs["fidelity"] == 1.0]
    once = runs.drop_duplicates(["task_id", "algorithm", "config"])
    keys = pd.MultiIndex.from_frame(once[["algorithm", "config"]])
    wanted = keys.isin({setup for listed in setups.values() for setup in listed})
    seconds = N_FOLDS * once[wanted].groupby("task_id")["fit_seconds"].sum()
    known = [source for source in sources if source.task_id in seconds.index]
    frame = pd.DataFrame(
        {
            "source": known,
            "type": [source.task_type for source in known],
            "family": [source.family for source in known],
            "is_long": [seconds[source.task_id] > LONG for source in known],
        }
    ).sample(frac=1.0, random_state=0)
    frame["again"] = frame.groupby("family").cumcount() > 0
    frame = frame.sort_values(["is_long", "again"], kind="stable")
    frame["turn"] = frame.groupby("type").cumcount()
    return list(frame.sort_values(["turn", "type"], kind="stable")["source"])


def measure(sources: list[TaskSource], setups: dict[str, list[Setup]], out: Path) -> None:
    """Measure each setup on each table; a line a run, its predictions in a file."""
    log = out / "runs.jsonl"
    out.mkdir(parents=True, exist_ok=True)
    done = {(run["task_id"], run["algorithm"], run["config"]) for run in runs_of(out)}
    with make_call_executor(1, None, 8 << 30) as calls, log.open("a") as file:
        for outcome in outcomes(calls, _calls(sources, setups, done)):
            source, algorithm, config = outcome.key  # type: ignore[misc]
            value: dict[str, Any] = outcome.value if isinstance(outcome.value, dict) else {}
            predictions = value.pop("predictions", None)
            if predictions is not None:
                keep_predictions(out, source.task_id, (algorithm, config), predictions)
            about = {"task_id": source.task_id, "algorithm": algorithm, "config": config}
            about |= {"family": source.family, "task_type": source.task_type}
            about |= {
                "status": outcome.status,
                "seconds": outcome.seconds,
                "message": outcome.message,
                **value,
            }
            file.write(json.dumps(about) + "\n")
            file.flush()


def runs_of(out: Path) -> list[dict[str, Any]]:
    """Return the runs that are measured; a line torn by a kill is left out."""
    path = out / "runs.jsonl"
    if not path.exists():
        return []
    runs = []
    for line in path.read_text().split("\n"):
        try:
            runs.append(json.loads(line))
        except ValueError:
            continue
    return runs


def _calls(
    sources: list[TaskSource], setups: dict[str, list[Setup]], done: set[tuple[str, ...]]
) -> Iterator[Call]:
    for source in sources:
        for algorithm, config in setups[source.task_type]:
            if (source.task_id, algorithm, config) not in done:
                arguments = (source, algorithm, json.loads(config), N_FOLDS, 1.0, FOLD_SEED, True)
                yield Call((source, algorithm, config), measure_setup, arguments, CPU_LIMIT)


def measure_few(folder: Path) -> Path:
    """Measure cheap setups on three small tables; return the folder of what was measured."""
    from sklearn.datasets import load_breast_cancer, load_iris, load_wine

    rows = ["name,task_type,target"]
    for load in (load_breast_cancer, load_iris, load_wine):
        name, frame = load.__name__, load(as_frame=True).frame
        frame["target"] = frame["target"] == 1  # one type: others of it must be left to learn from
        frame.to_parquet(folder / f"{name}.parquet")
        rows.append(f"{name},binary,target")
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n")
    own = preset_candidates(
        "binary", ["naive_bayes", "decision_tree", "lda", "logistic_regression"]
    )
    setups = {"binary": [(one.algorithm, canonical_config(one.config)) for one in own[:6]]}
    (folder / "candidates.json").write_text(json.dumps(setups))
    measure(read_sources(folder), setups, folder)
    return folder


if __name__ == "__main__":
    main()
