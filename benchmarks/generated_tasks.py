"""Measures whether generated tasks in a knowledge base improve the advice on real ones.

Two tasks are derived from each table of the bundled knowledge base, 120 more are
synthesised, and all are measured with a cheap part of its setups. The meta-model then
learns from all families of real tasks but those of one tenth, with and without the
generated tasks, and is asked about that tenth; a task derived from a table is left out
with the table's family. Regret is 0 for the best of the setups on a task, 1 for the worst.

    python benchmarks/generated_tasks.py --smoke
    python benchmarks/generated_tasks.py --shared ../shared --work FOLDER

The folder keeps the tables, the runs and the answers; stopped in any way, the same
command goes on where it was.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import generated_tasks_compare  # noqa: E402 - after the number of threads
import generated_tasks_measure  # noqa: E402
import generated_tasks_report  # noqa: E402
import pandas as pd  # noqa: E402
from measuring import RESULTS, SMOKE, made_by  # noqa: E402


def main() -> None:
    """Generate, measure, compare, write the result."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--work", type=Path, help="folder that keeps what was done")
    parser.add_argument("--per-dataset", type=int, default=2)
    parser.add_argument("--synthetic", type=int, default=120)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    options = parser.parse_args()
    if options.smoke:
        with tempfile.TemporaryDirectory() as folder:
            smoke(Path(folder))
        return
    if options.work is None:
        parser.error("--work is needed without --smoke")
    generated_tasks_measure.generate(
        options.shared / "datasets", options.work, options.per_dataset, options.synthetic
    )
    generated_tasks_measure.measure(options.work)
    answers = generated_tasks_compare.compare(options.work, options.seeds)
    real, generated = (
        generated_tasks_compare.real_tasks(),
        generated_tasks_measure.measured(options.work),
    )
    text = generated_tasks_report.as_text(answers, real, generated)
    text += f"\n{made_by('generated_tasks.py')}\n"
    print(text)
    (RESULTS / "generated_tasks.md").write_text(text)
    generated_tasks_report.plot(answers, RESULTS / "generated_tasks.png")


def smoke(work: Path) -> None:
    """Generate one table, measure it, and ask two models about a tenth of the real tasks."""
    nothing = work / "datasets"
    nothing.mkdir()
    pd.DataFrame(columns=["name", "target", "task_type"]).to_csv(nothing / "manifest.csv")
    generated_tasks_measure.generate(nothing, work, per_dataset=0, n_synthetic=1)
    generated_tasks_measure.measure(work)
    arms = (generated_tasks_compare.ALONE, "and synthetic ones")
    print(generated_tasks_compare.compare(work, 1, arms=arms, n_folds=1))


if __name__ == "__main__":
    main()
