"""How does a knowledge base grow to ten million runs? Seconds and peak memory by question.

A history is drawn for each size: 20 setups of 1,000 a task, five metrics each, three
folds, one run in fifty failed; then runs are added that repeat some and are new for
others. Each question is asked in a process of its own, which tells its seconds and the
peak of its resident set. Files are in the cache of the system, as after a first look.

    python benchmarks/ten_million_runs.py
    python benchmarks/ten_million_runs.py --smoke
    python benchmarks/ten_million_runs.py --sizes 10000 100000 --folder /tmp/growth
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import RESULTS, SMOKE, made_by

from autometa import KnowledgeBase
from autometa.exceptions import KnowledgeBaseWarning
from autometa.knowledge_base.storage._parts import write_manifest, write_part
from autometa.meta_models import MetaModel

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
METRICS = ("roc_auc", "accuracy", "balanced_accuracy", "f1", "neg_log_loss")
N_SETUPS, SETUPS_PER_TASK, PIECE = 1_000, 20, 1_000_000
RUNS_PER_TASK = SETUPS_PER_TASK * len(METRICS)
N_METAFEATURES = 50


def task_names(first: int, n_tasks: int) -> np.ndarray:
    """Return names of tasks, in the order of the alphabet."""
    return np.array([f"openml:{number:07d}" for number in range(first, first + n_tasks)])


def setups() -> tuple[np.ndarray, np.ndarray]:
    """Return algorithms and configurations, 1,000 of eight algorithms."""
    rng = np.random.default_rng(0)
    algorithms = np.array([f"algorithm_{i % 8}" for i in range(N_SETUPS)])
    configs = [
        {"learning_rate": float(rng.random()), "max_depth": int(rng.integers(1, 20)), "n": i}
        for i in range(N_SETUPS)
    ]
    return algorithms, np.array([json.dumps(config, sort_keys=True) for config in configs])


def draw_runs(tasks: np.ndarray, seed: int) -> pd.DataFrame:
    """Return 100 runs of each task."""
    rng = np.random.default_rng(seed)
    n_evaluations, n_runs = len(tasks) * SETUPS_PER_TASK, len(tasks) * RUNS_PER_TASK
    algorithms, configs = setups()
    setup = np.repeat(rng.integers(0, N_SETUPS, n_evaluations), len(METRICS))
    failed = np.repeat(rng.random(n_evaluations) < 0.02, len(METRICS))
    folds = rng.random((n_runs, 3))
    seconds = np.repeat(rng.lognormal(0, 2, n_evaluations), len(METRICS))
    return pd.DataFrame(
        {
            "task_id": np.repeat(tasks, RUNS_PER_TASK),
            "algorithm": algorithms[setup],
            "config": configs[setup],
            "metric": np.tile(METRICS, n_evaluations),
            "score": np.where(failed, np.nan, folds.mean(axis=1)),
            "fit_seconds": np.where(failed, np.nan, seconds),
            "predict_seconds": np.where(failed, np.nan, seconds / 10),
            "reference_seconds": 1.0,
            "fidelity": 1.0,
            "status": np.where(failed, "timeout", "ok"),
            "train_score": np.where(failed, np.nan, rng.random(n_runs)),
            "fold_scores": pd.Series(list(folds), dtype=object).mask(failed, None),
            "message": np.where(failed, "20 s were not enough", ""),
            "source": "benchmark",
        }
    )


def draw(folder: Path, n_runs: int) -> None:
    """Write a history of that many runs, and an addition of a hundredth that overlaps."""
    n_tasks, step = n_runs // RUNS_PER_TASK, PIECE // RUNS_PER_TASK
    folder.mkdir(parents=True)
    names = task_names(0, n_tasks)
    tasks = pd.DataFrame({"task_id": names, "name": names, "task_type": "binary"})
    tasks = tasks.assign(target="y", n_rows=100.0, family=names, source="benchmark")
    write_part(folder, "tasks", tasks)
    described = np.random.default_rng(1).random((n_tasks, N_METAFEATURES))
    metafeatures = pd.DataFrame(described, names, [f"m{i}" for i in range(N_METAFEATURES)])
    write_part(folder, "metafeatures", metafeatures)
    for start in range(0, n_tasks, step):
        write_part(folder, "runs", draw_runs(names[start : start + step], seed=start))
    some = names[:: max(n_tasks // 50, 1)]
    known = draw_runs(names[:step], seed=0)
    known = known[known["task_id"].isin(some)]
    write_part(folder, "runs", pd.concat([known, draw_runs(some, seed=n_runs)]))
    write_manifest(folder, {"source": "benchmark"})


def opened(folder: Path) -> KnowledgeBase:
    """Return the knowledge base, its tables not read yet."""
    return KnowledgeBase.load(folder)


def one_task(folder: Path) -> Callable[[], Any]:
    """Look up the runs of one task."""
    kb = KnowledgeBase.load(folder)
    return lambda: kb.runs_of("openml:0000042")


def averages_of_one_metric(folder: Path) -> Callable[[], Any]:
    """Do what a fit of the meta-model reads."""
    kb = KnowledgeBase.load(folder)
    return lambda: (kb.score_counts(), kb.averages("roc_auc", ["binary"]))


def averages_of_all(folder: Path) -> Callable[[], Any]:
    """Average every metric."""
    kb = KnowledgeBase.load(folder)
    return lambda: kb.averages()


def all_runs(folder: Path) -> Callable[[], Any]:
    """Make one DataFrame of all runs."""
    kb = KnowledgeBase.load(folder)
    return lambda: kb.runs


def learn(folder: Path) -> Callable[[], Any]:
    """Fit the meta-model and ask it once."""
    kb = KnowledgeBase.load(folder)
    return lambda: advise(MetaModel().fit(kb), kb)


def ask_again(folder: Path) -> Callable[[], Any]:
    """Ask a fitted meta-model about another dataset."""
    kb = KnowledgeBase.load(folder)
    model = MetaModel().fit(kb)
    advise(model, kb)
    return lambda: advise(model, kb, row=1)


def advise(model: MetaModel, kb: KnowledgeBase, row: int = 0) -> Any:
    """Ask for ten setups for a dataset like one that is known."""
    described = kb.metafeatures.iloc[row] * 1.01
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KnowledgeBaseWarning)  # too large to weigh whole
        return model.recommend(described, task_type="binary", metric="roc_auc")


def save_into(folder: Path) -> Callable[[], Any]:
    """Add 200 runs, half of them on a task that is there."""
    names = np.array(["openml:0000042", "new"])
    tasks = pd.DataFrame({"task_id": names, "task_type": "binary"})
    kb = KnowledgeBase.from_frames(tasks, None, draw_runs(names, seed=int(time.time())))
    return lambda: kb.save(folder, if_exists="append")


QUESTIONS: dict[str, Callable[[Path], Callable[[], Any]]] = {
    "open": lambda folder: lambda: opened(folder),
    "one task": one_task,
    "aggregate one metric": averages_of_one_metric,
    "aggregate all metrics": averages_of_all,
    "learn": learn,
    "recommend": ask_again,
    "all runs": all_runs,
    "save 200 runs": save_into,
}
SHOWN = ("open", "one task", "aggregate one metric", "aggregate all metrics", "learn", "recommend")


def peak_memory() -> int:
    """Return the largest resident set so far, in bytes; getrusage tells that of the parent too."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def ask(question: str, folder: Path) -> dict[str, float]:
    """Answer one question in this process."""
    KnowledgeBase.bundled().runs_of("")  # what an import loads is not what is asked
    act = QUESTIONS[question](folder)
    before, wall = time.process_time(), time.perf_counter()
    act()
    return {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - before,
        "peak_mb": peak_memory() / 1e6,
    }


def ask_in_child(question: str, folder: Path) -> dict[str, float]:
    """Answer one question in a process of its own."""
    command = [sys.executable, __file__, "--ask", question, "--folder", str(folder)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(answer.stdout))


def measure(sizes: list[int], root: Path, questions: Iterable[str]) -> pd.DataFrame:
    """Return one row a size and question."""
    rows = []
    for size in sizes:
        folder = root / f"kb{size}"
        start = time.perf_counter()
        draw(folder, size)
        drawn = time.perf_counter() - start
        n_bytes = sum(path.stat().st_size for path in folder.glob("runs-*"))
        for question in questions:
            answer = ask_in_child(question, folder)
            rows.append({"runs": size, "question": question, **answer, "bytes": n_bytes})
            print(rows[-1], f"drawn in {drawn:.0f} s", file=sys.stderr)
        shutil.rmtree(folder)
    return pd.DataFrame(rows)


def plot(answers: pd.DataFrame, path: Path) -> None:
    """Draw processor seconds and memory over the number of runs."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.5), layout="constrained")
    for question in SHOWN:
        own = answers[answers["question"] == question]
        left.plot(own["runs"], own["cpu_seconds"], marker="o", label=question)
        right.plot(own["runs"], own["peak_mb"], marker="o", label=question)
    left.axhline(1, color="grey", linestyle=":")
    right.axhline(4096, color="grey", linestyle=":")
    left.set(xscale="log", yscale="log", xlabel="runs", ylabel="processor seconds")
    left.set_title("time (dots: 1 s)")
    right.set(
        xscale="log", yscale="log", xlabel="runs", ylabel="MB", title="peak memory (dots: 4 GB)"
    )
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=len(SHOWN))
    figure.savefig(path, dpi=110)


def report(answers: pd.DataFrame) -> str:
    """Return the results as a page."""
    rows = [
        f"| {row.runs:,} | {row.runs // RUNS_PER_TASK:,} | {row.question} | {row.seconds:.3f} | "
        f"{row.cpu_seconds:.3f} | {row.peak_mb:,.0f} |"
        for row in answers.itertuples()
    ]
    sizes = answers.drop_duplicates("runs")
    on_disk = ", ".join(f"{r.runs:,}: {r.bytes / 1e6:,.1f} MB" for r in sizes.itertuples())
    return "\n".join(
        [
            "# Ten million runs of 100,000 tasks",
            "",
            f"{made_by('ten_million_runs.py')} Python "
            f"{platform.python_version()}, pandas {pd.__version__}, {platform.machine()}. "
            "Counted are rows of `runs`, one metric of one run each. Each question has its own "
            "process; its peak "
            "includes Python with its libraries (210 MB).",
            "",
            f"{os.cpu_count()} cores with a load of {os.getloadavg()[2]:.0f}: seconds are those "
            "waited beside other work, processor seconds those of the question alone.",
            "",
            "![growth](ten_million_runs.png)",
            "",
            "| runs | tasks | question | seconds | processor seconds | peak memory, MB |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
            "To learn is to fit a MetaModel for one of the five metrics and ask it once; of more "
            "than two million cells of tasks by setups it weighs those with most runs. To "
            "recommend is to ask it again.",
            "",
            f"Runs on disk, with random scores, which do not compress: {on_disk}.",
            "",
        ]
    )


def main() -> None:
    """Measure and report, or answer one question."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--ask", choices=list(QUESTIONS))
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    options = parser.parse_args()
    if options.ask:
        print(json.dumps(ask(options.ask, options.folder)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        root = options.folder or Path(temporary)
        if options.smoke:
            answers = measure([1_000], root, ("one task", "learn"))
            print(report(answers))
            plot(answers, root / "ten_million_runs.png")
            return
        answers = measure(options.sizes, root, QUESTIONS)
    options.out.mkdir(parents=True, exist_ok=True)
    plot(answers, options.out / "ten_million_runs.png")
    (options.out / "ten_million_runs.md").write_text(report(answers))


if __name__ == "__main__":
    main()
