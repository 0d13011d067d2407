"""tune(): from a table to a fitted pipeline, within a budget."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import Any

from optuna.samplers import BaseSampler

from autometa.knowledge_base import KnowledgeBaseLike
from autometa.meta_models import MetaModel
from autometa.metrics import MetricLike
from autometa.tables import several_outputs
from autometa.tuning._options import TuneOptions
from autometa.tuning._progress import Progress
from autometa.tuning._result import TuneResult
from autometa.tuning._run import run
from autometa.tuning._several import tune_outputs
from autometa.tuning.final_model._decision_options import TuneThreshold
from autometa.tuning.scheduling._scheduler import Scheduler
from autometa.tuning.study._study_log import Callback
from autometa.validation import GapLike
from metafeatures import AnyTaskType


def tune(
    X: Any,
    y: Any = None,
    *,
    metric: MetricLike = None,
    time_budget: float | None = 60,
    n_trials: int | None = None,
    n_jobs: int | None = 1,
    storage: Any = None,
    random_state: Any = None,
    algorithms: Iterable[str] | None = None,
    ensemble: bool = True,
    callbacks: Iterable[Callback] | None = None,
    task_type: AnyTaskType | None = None,
    pos_label: Any = None,
    knowledge_base: KnowledgeBaseLike = None,
    model: MetaModel | None = None,
    name: str | None = None,
    target: str | None = None,
    study_name: str | None = None,
    memory_limit: int | str | None = None,
    max_predict_ms: float | None = None,
    tune_threshold: TuneThreshold = "auto",
    isolate: bool = True,
    sampler: BaseSampler | None = None,
    scheduler: Callable[[], Scheduler] | None = None,
    groups: Any = None,
    timestamps: Any = None,
    gap: GapLike = None,
    cv: Any = None,
    stratify: bool | None = None,
    sample_weight: Any = None,
    executor: Executor | None = None,
    patience: int | None = None,
    learn: bool = False,
    verbose: bool | None = None,
) -> TuneResult:
    """Return the best pipeline that can be found and fitted within a budget.

    Setups that the knowledge base recommends come first, then Optuna's
    search, which sees how they did; the best are averaged and fitted on all
    rows. Something fitted always comes back.

    Parameters
    ----------
    X : DataFrame, array, sparse matrix, path or str
        Of shape (n_rows, n_columns): numbers, categories, booleans, dates, text; missing
        values allowed. Or the name of a table as for `load_dataset`: the path of a file,
        ``openml:31``, ``sklearn:iris``.
    y : array-like of shape (n_rows,), str or None
        Class labels or numbers, none missing, or the name of a column of ``X``. Of shape
        (n_rows, n_outputs), all numbers or all classes: each output is advised on and tuned
        by itself in its share of the budget, `score` is the mean over them, and
        ``best_pipeline`` scikit-learn's `MultiOutputRegressor` or `MultiOutputClassifier`.
    metric : str, scorer, callable or None
        A scorer name of scikit-learn, greater is better; what `sklearn.metrics.make_scorer`
        returns; or a function of (estimator, X, y) that returns one number, whose estimator
        repeats stored predictions and whose ``X`` has rows of the table. None is ROC AUC
        for binary tasks, negated log loss for multiclass, negated root mean squared error
        for regression.
    time_budget : float or None, default=60
        Seconds for everything. None has no end, for a trial neither: `n_trials` must
        then be given, and the result depends on the seed alone (with ``n_jobs=1``).
    n_trials : int or None
        Trials the study shall have, those of an earlier run with the same
        storage included.
    n_jobs : int or None, default=1
        Trials at a time, each in a process of its own; the cores are shared
        among them. As in scikit-learn, -1 is as many as there are cores, -2 one less, and
        None is 1 unless a ``joblib.parallel_config`` says otherwise.
    storage : str, optuna storage or None
        Where Optuna keeps the study, e.g. ``sqlite:///run.db``. Each trial is
        stored before the next begins; a run that was killed goes on from there.
    random_state : int, RandomState instance or None
    algorithms : sequence of str or None
        Names to choose from; None is all that suit the table.
    ensemble : bool, default=True
        Average the best setups; False gives the single best.
    callbacks : sequence of callable, optional
        Called as ``callback(study, frozen_trial)`` after each trial; one that
        calls ``study.stop()`` ends the search.
    task_type : {"binary", "multiclass", "classification", "regression"} or None
        None reads it from ``y``.
    pos_label : object or None
        The positive class of a binary task, which F1, precision, recall and average
        precision are about. None is the rarer class; of two equally common ones the
        greater label. Probabilities do not depend on it.
    knowledge_base : KnowledgeBase, path, False or None
        What to learn from: None is the bundled one with what the user added
        (`autometa kb add`) on top, False is none at all.
    model : MetaModel or None
        Fitted to the knowledge base to learn from, instead of ``knowledge_base``: what it has
        learnt is not learnt again for each run.
    name, target : str or None
        What the dataset and its target column are called. None is what the data say: the
        name of the file, of the column, of a Series; else "table" and "target".
    study_name : str or None
        None derives it from the table's content and the metric.
    memory_limit : int, str or None
        Address space a worker may use, in bytes or as a size such as "4GB", 640 MiB at least,
        which its libraries take; None is four fifths of the machine's memory. Below 4 GiB
        workers have one thread.
    max_predict_ms : float or None
        Milliseconds that predicting one row may take, on average over some hundred rows or
        more, the cleaning of the table included. Advice keeps to what is expected, the
        members of the ensemble together to what the folds took.
    tune_threshold : {"auto"}, bool, float or str, default="auto"
        How `predict` makes a class of probabilities. "auto" chooses a threshold (with more
        than two classes, a weight for each) on out-of-fold rows for a ``metric`` of labels,
        such as F1, balanced accuracy or accuracy, and keeps it when its gain on rows it was
        not chosen on exceeds the gain's standard error; `score` is of such rows. For
        a metric of probabilities or ranking, such as ROC AUC, it does so for the F1 of the
        rarer of two classes where that has less than a tenth of the rows, for the
        most probable class would hardly ever be that one. Precision and recall, whose best
        thresholds predict nearly none or all, are left alone. True takes the best threshold
        whatever its gain. False predicts the most probable class. A number between 0 and 1
        is the probability from which the positive class is predicted. The name of a metric
        of labels chooses for that.
    isolate : bool, default=True
        False runs trials in this process: quick to start, for tiny tables and
        tests, but then no trial can be stopped, and a crash ends everything.
    sampler : optuna sampler or None
        What proposes setups once the recommended ones are tried; None is
        multivariate TPE, grouped by algorithm.
    scheduler : callable or None
        A class of schedulers, or a function without arguments that returns one: it decides
        what is tried next and on how many rows (see `autometa.tuning.Scheduler`). None
        takes advice first, then what the sampler proposes, each in a size that fits.
    groups : array-like of shape (n_rows,), str or None
        What rows belong to (a patient, a shop), or the name of a column of ``X`` that says
        it, which is then left out of the table: rows of one group are never on both sides of
        a split, so that the score is that on new groups. A missing group is refused.
    timestamps : array-like of shape (n_rows,), str or None
        When rows are from: dates or numbers, or the name of a column of ``X``, which stays.
        Setups are fitted on earlier rows and scored on later ones, the same moment never on
        both sides; the final model is fitted on all rows. With ``groups``, later rows of
        groups that training has not seen.
    gap : str, number, timedelta or None
        What is left out between training and held-out rows: a length of time such as
        "3 days", a number in the units of numeric timestamps, or "10 rows".
    cv : int, str, splitter, iterable of (train, test), path or None
        How many folds; "group", "time", "group-time", "stratified" or "shuffled" ("time"
        takes rows in the order as they stand where there are no timestamps); a splitter of
        scikit-learn; pairs of row positions; or a file of a fold number for each row, or of
        pairs in JSON. Each row is held out once at most. None leaves the number of folds to
        the size of the table and the budget.
    stratify : bool or None
        Whether folds keep the shares of classes; None where it is possible.
    sample_weight : array-like of shape (n_rows,), str or None
        What each row counts for in fits and in scores, 0 or more: only ratios matter. Or the
        name of a column of ``X``, which is then left out of the table. Rows of weight 0 are
        left out, as if they were not in the table; algorithms that cannot weigh rows (nearest
        neighbours, discriminant analysis) are not tried. Paired with ``X`` by index labels,
        as ``y``. None counts all rows alike.
    executor : concurrent.futures.Executor or None
        Where trials run instead of worker processes of this machine, ``n_jobs`` at a time: a
        `ThreadPoolExecutor`, a `ProcessPoolExecutor`, joblib's loky executor, Dask's
        ``Client.get_executor()``. Each call runs in a process of its own beside the executor's
        worker, so that time and memory limits hold there too. Advice and the final fits stay
        on this machine. A worker that is lost costs its trial; when the executor takes no more
        calls, the run goes on here and says so. The executor is not shut down.
    patience : int or None
        End the search when so many scored trials in a row have not improved on the best and,
        where there is a ``time_budget``, the expected gain per second is below a thousandth of
        the difference between the best score and the median. None uses all of the budget.
    learn : bool, default=False
        Add the trials to the user's own knowledge base when the run is over, as `autometa kb
        add` does: advice for later tables reads it beside the bundled one.
    verbose : bool or None
        Whether to show on stderr what is done, with the seconds gone and left: a line that
        is kept up to date in a terminal or a notebook, a line a stage elsewhere. None does so
        where somebody looks on: in a terminal or a notebook, of the main process. The logger
        ``autometa.tuning`` logs the stages in any case, at level INFO.

    Returns
    -------
    TuneResult
        ``.best_pipeline`` (fitted), ``.leaderboard()``, ``.study``, ``.threshold``,
        ``.save(path)``, ``.code()``.

    Raises
    ------
    DatasetError
        If the table or the target cannot be used.
    MetricError
        If the metric is unknown or does not apply to such a task.
    ParameterError
        If another argument is out of range.
    StorageError
        If the storage cannot be opened, or its study cannot be continued.

    Warns
    -----
    FallbackWarning
        When no setup could be scored, and why; the pipeline is then a small tree.

    Notes
    -----
    The first Ctrl-C during the search ends it: the best so far is fitted within
    some three seconds and returned, with ``stopped_early=True``; a second one raises
    KeyboardInterrupt. SIGTERM and SIGHUP, where nobody handles them, end the
    process once the study is in order. A storage that fails costs the record, not the
    result: the run goes on without it and says so in ``.notes``.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> X, y = load_wine(return_X_y=True, as_frame=True)
    >>> result = tune(X, y, time_budget=None, n_trials=2, random_state=0, isolate=False,
    ...               knowledge_base=False)
    >>> result.best_pipeline.predict(X).shape
    (178,)
    """
    # first of all: later, local variables would be among them
    options = {name: value for name, value in locals().items() if name not in ("X", "y")}
    outputs = several_outputs(y)
    if outputs is not None:
        return tune_outputs(X, outputs, TuneOptions(**options))
    return run(X, y, TuneOptions(**options))


def tune_since(
    started: float, X: Any, y: Any, *, progress: Progress | None = None, **options: Any
) -> TuneResult:
    """Return what `tune` does, with a budget that counts from a moment of ``time.monotonic()``.

    For callers who have spent time of the user's before: the command line, on reading the
    table. ``progress`` is theirs too: it was begun before.
    """
    outputs = several_outputs(y)
    if outputs is not None:
        return tune_outputs(X, outputs, TuneOptions(**options), started, progress)
    return run(X, y, TuneOptions(**options), started, progress)
