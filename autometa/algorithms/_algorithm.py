"""Algorithm: all that anybody asks of a learner, in one value.

Its preprocessing, search space and known setups; what a fit costs; how it is stored;
where it stands among the others. Adding an algorithm is writing one of these.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from scipy.stats import qmc
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from autometa.algorithms._cleaning import TableCleaner
from autometa.algorithms._encoding import Encoding, make_encoder
from autometa.algorithms._seconds import Seconds, one_pass
from autometa.algorithms._sparse import SparseCleaner, make_sparse_encoder
from autometa.algorithms._stopping import Stopper, Stopping, patience_of
from autometa.algorithms._target import IDENTITY, LOG, with_target
from autometa.exceptions import ParameterError
from metafeatures._registry import TASK_TYPES

Config = dict[str, Any]
Space = Mapping[str, BaseDistribution]
KINDS = ("classification", "regression")  # of tasks: two classes and more are one
TARGET = "target"  # the hyperparameter that every regression has beside those of its space


@dataclass(frozen=True, kw_only=True)
class Context:
    """What an estimator must know besides its configuration.

    ``n_rows`` are those of the table, of which four fifths are fitted in each fold; None
    is as many as any limit asks for. ``n_classes`` is 0 for regression, and where nobody says.
    """

    task_type: str
    random_state: int | None = 0
    n_jobs: int = 1
    n_rows: int | None = None
    n_classes: int = 0

    @property
    def is_regression(self) -> bool:
        """Whether the target is a number."""
        return self.task_type == "regression"

    def rows(self, wanted: int, share: int = 5, lowest: int = 1) -> int:
        """Return a number of rows that a leaf or a neighbourhood needs, less in a tiny table.

        A leaf of 20 rows is no limit in a table of thousands and no split at all in one of
        24: of 19 training rows every such model is a constant. At most one row in ``share``
        is asked for, which leaves room for a few leaves.
        """
        if self.n_rows is None:
            return wanted
        return min(wanted, max(lowest, self.n_rows // share))


@dataclass(frozen=True, kw_only=True, eq=False)
class Algorithm:
    """A learner autometa can build, for one or several task types.

    Attributes
    ----------
    name : str
        What runs and recommendations call it.
    make : callable
        ``make(config, context)`` returns the unfitted estimator. That of a regression
        is fitted on a target of mean 0 and variance 1.
    encoding : {"native", "ordinal", "scaled", "normal"} or callable
        What stands before the estimator; a callable chooses by configuration.
    spaces : dict of str to dict
        Search space by kind of task ("classification", "regression").
    known_setups : dict of str to dict
        Configurations known to do well, by kind of task and by label
        ("library" is the library's default). Each names every
        hyperparameter of the space.
    places : dict of str to dict
        Where setups stand among those of all algorithms that are tried when there is
        no advice, by kind of task and by label: cheap, strong and unlike each other
        first. Places are tens, so that others fit between; setups without one come last.
    is_baseline : bool
        Whether its library default is tried in every search: one that anybody would
        try first, so that advice must not do worse.
    seconds : callable
        ``seconds(size, config)`` is a guess of the wall-clock seconds of one fit.
    objectives : dict of str to dict
        Objectives for a target of 0 and above, by what the hyperparameter ``target`` calls
        them, and the parameters of the estimator that set each; see `targets`.
    rounds : str or None
        Hyperparameter that counts trees, each of which costs alike: halved, with the
        learning rate doubled, where time is short.
    stopper : Stopper or None
        How its boosters are made to stop at the best number of ``rounds``; None where they
        cannot, or need not.
    is_random : bool
        Whether another ``random_state`` gives another model: such are fitted several
        times and averaged where there is time.
    max_rows, max_classes : int or None
        Beyond these it is not offered: time or memory would not be sane.
    min_class_rows : int
        Rows of each class without which it cannot be fitted.
    takes_weights : bool
        Whether its fit takes ``sample_weight``: others are left out of weighted tables.
    takes_sparse : bool
        Whether it is fitted on sparse matrices without making them dense.
    library : str
        Distribution that fits it, whose version is kept with what was measured.
    estimators : dict of str to str
        Full name of the class that ``make`` returns, or wraps, by kind of task.
    aliases : dict of str to str
        Other names that the library has for hyperparameters, such as ``eta`` for
        ``learning_rate``: of its native interface, or of scikit-learn's.
    requires : str or None
        Module that must be installed; None where autometa itself requires it.
    extra : str or None
        Extra of autometa that installs it.
    trusted_types : tuple of str
        Types its fitted models hold that skops does not trust by itself.
    read_errors : tuple of str
        Exceptions of its library's own that reading a damaged model raises.
    reference : str
        Where the space and the known setups come from.
    """

    name: str
    make: Callable[[Config, Context], BaseEstimator]
    encoding: Encoding | Callable[[Config], Encoding]
    spaces: Mapping[str, Space]
    known_setups: Mapping[str, Mapping[str, Config]]
    places: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    is_baseline: bool = False
    seconds: Seconds = one_pass
    objectives: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rounds: str | None = None
    stopper: Stopper | None = None
    is_random: bool = False
    max_rows: int | None = None
    max_classes: int | None = None
    min_class_rows: int = 1
    takes_weights: bool = True
    takes_sparse: bool = False
    library: str = "scikit-learn"
    estimators: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    requires: str | None = None
    extra: str | None = None
    trusted_types: tuple[str, ...] = ()
    read_errors: tuple[str, ...] = ()
    reference: str = ""

    def __post_init__(self) -> None:
        """Refuse what would fail later, far from where it was written."""
        wrong = self._what_is_wrong()
        if wrong:
            raise ParameterError(f"The algorithm {self.name!r} cannot be used: {wrong}.")

    def _what_is_wrong(self) -> str:
        if not (isinstance(self.name, str) and self.name.isidentifier()):
            return "its name must be an identifier, for studies call parameters 'name.parameter'"
        if not self.spaces or not set(self.spaces) <= set(KINDS):
            return f"'spaces' must have one or both of the keys {', '.join(KINDS)}"
        for kind, space in self.spaces.items():
            setups = self.known_setups.get(kind, {})
            if "library" not in setups:
                return f"'known_setups' of {kind} must name the library's default, 'library'"
            for label, config in setups.items():
                if set(config) != set(space):
                    return f"the setup '{label}' of {kind} must name {sorted(space)}"
            lost = set(self.places.get(kind, {})) - set(setups)
            if lost:
                return f"'places' of {kind} names setups that 'known_setups' lacks: {sorted(lost)}"
        return ""

    def supports(
        self,
        task_type: str,
        n_rows: int = 0,
        n_classes: int = 0,
        is_sparse: bool = False,
        n_rarest: int | None = None,
        is_weighted: bool = False,
    ) -> bool:
        """Return whether the algorithm takes such a task and is installed.

        ``n_rarest`` are the rows of the rarest class, None if nobody counted them.
        """
        if (is_sparse and not self.takes_sparse) or (is_weighted and not self.takes_weights):
            return False
        if n_rarest is not None and rows_in_training(n_rarest) < self.min_class_rows:
            return False
        fits = (self.max_rows is None or n_rows <= self.max_rows) and (
            self.max_classes is None or n_classes <= self.max_classes
        )
        return fits and kind_of_task(task_type) in self.spaces and self.is_installed

    @property
    def task_types(self) -> tuple[str, ...]:
        """Types of the tasks it can solve, where it is installed."""
        return tuple(one for one in TASK_TYPES if kind_of_task(one) in self.spaces)

    @property
    def is_installed(self) -> bool:
        """Whether the package it needs is installed."""
        return self.requires is None or importlib.util.find_spec(self.requires) is not None

    @property
    def targets(self) -> tuple[str, ...]:
        """The forms in which a regression can learn its target: values of ``target``."""
        return (IDENTITY, LOG, *self.objectives)

    def space(self, task_type: str, has_target: bool = False) -> dict[str, BaseDistribution]:
        """Return the search space as Optuna distributions by hyperparameter name.

        ``has_target`` says that the form of the target is searched too, as ``target``: it is
        never below 0, and skewed.
        """
        space = dict(self.spaces[kind_of_task(task_type)])
        if has_target and kind_of_task(task_type) == "regression":
            space.setdefault(TARGET, CategoricalDistribution(self.targets))
        return space

    def setups(self, task_type: str) -> dict[str, Config]:
        """Return the known setups by label."""
        setups = self.known_setups[kind_of_task(task_type)]
        return {label: dict(config) for label, config in setups.items()}

    def place(self, label: str, task_type: str) -> float:
        """Return the place of a known setup among those of all algorithms; inf without one."""
        return self.places.get(kind_of_task(task_type), {}).get(label, inf)

    def sample(self, n: int, task_type: str, seed: int = 0) -> list[Config]:
        """Return ``n`` configurations that fill the space evenly (scrambled Sobol points)."""
        space = self.space(task_type)
        if not space or n == 0:
            return []
        n_drawn = 1 << (n - 1).bit_length()
        points = qmc.Sobol(len(space), seed=seed).random(n_drawn)[:n]
        return [
            {name: at(dist, u) for (name, dist), u in zip(space.items(), point, strict=True)}
            for point in points
        ]

    def stopping(
        self, config: Mapping[str, Any], *, is_watched: bool, deadline: float = inf
    ) -> Stopping | None:
        """Return how fits of a setup end early; None where nothing could end them.

        Parameters
        ----------
        config : dict
        is_watched : bool
            Whether the loss on held-out rows may end them.
        deadline : float
            A moment of ``time.monotonic()`` that ends them in any case.
        """
        stopper = self.stopper
        if stopper is None or not (is_watched or (stopper.has_clock and deadline < inf)):
            return None
        patience = patience_of(config) if is_watched else None
        return Stopping(stopper=stopper, patience=patience, deadline=deadline)

    def with_rounds(self, config: Mapping[str, Any], n: float) -> Config:
        """Return a configuration of about ``n`` trees; the same where trees are not counted."""
        if self.rounds is None:
            return dict(config)
        return {**config, self.rounds: max(1, round(n))}

    def build(
        self,
        config: Mapping[str, Any],
        task_type: str,
        random_state: int | None = 0,
        n_jobs: int = 1,
        is_sparse: bool = False,
        n_rows: int | None = None,
        n_classes: int = 0,
    ) -> Pipeline:
        """Return the unfitted pipeline: clean the table, encode it, fit the estimator.

        Parameters
        ----------
        config : dict
            Hyperparameter values; those left out keep the library's default. That of a
            regression may have a ``target``, one of `targets`.
        task_type : {"binary", "multiclass", "regression"}
        random_state : int or None, default=0
        n_jobs : int, default=1
            Threads of the estimator.
        is_sparse : bool, default=False
            Whether the table is a sparse matrix that is never made dense.
        n_rows : int or None, default=None
            Rows of the table. Limits that count rows, such as those of a leaf, are
            lowered in tables too small for them, and forests of large ones are kept small
            enough for the memory.
        n_classes : int, default=0
            Classes of the target, which a forest stores the shares of in each node.

        Raises
        ------
        ParameterError
            If ``config`` names a hyperparameter the algorithm does not have, or it
            cannot solve such tasks.
        """
        if kind_of_task(task_type) not in self.spaces:
            raise ParameterError(
                f"'{self.name}' cannot solve {task_type} tasks, but {', '.join(self.task_types)}. "
                f"autometa.list_algorithms({task_type!r}) lists those that can."
            )
        space = self.spaces[kind_of_task(task_type)]
        own, target = self._without_target(config, task_type)
        unknown = sorted(set(own) - set(space))
        if unknown:
            raise ParameterError(
                f"'{self.name}' has the hyperparameters {sorted(space)}. Unknown: {unknown}."
            )
        full = {**self.setups(task_type)["library"], **own}
        context = Context(
            task_type=task_type,
            random_state=random_state,
            n_jobs=n_jobs,
            n_rows=n_rows,
            n_classes=n_classes,
        )
        encoding = self.encoding if isinstance(self.encoding, str) else self.encoding(full)
        if is_sparse:
            first = [("clean", SparseCleaner()), ("encode", make_sparse_encoder(encoding))]
        else:
            first = [("clean", TableCleaner()), ("encode", make_encoder(encoding, task_type))]
        model = self.make(full, context)
        if context.is_regression:  # trees and boosters lose targets far from 0, or tiny ones
            model = with_target(model.set_params(**self.objectives.get(target, {})), target)
        return Pipeline([*first, ("model", model)])

    def _without_target(self, config: Mapping[str, Any], task_type: str) -> tuple[Config, str]:
        """Return a configuration without the form of the target, and that form."""
        own = dict(config)
        if kind_of_task(task_type) != "regression" or TARGET in self.spaces["regression"]:
            return own, IDENTITY  # of a plug-in, what it calls so is its own
        target = own.pop(TARGET, IDENTITY)
        if target not in self.targets:
            raise ParameterError(
                f"The 'target' of '{self.name}' must be one of {', '.join(self.targets)}. "
                f"Got {target!r}."
            )
        return own, str(target)


def rows_in_training(n_rows: int) -> int:
    """Return how many rows of a class are in the training part of any fold.

    Three folds are the fewest that hold out every row; the only row of a class is never
    held out.
    """
    return n_rows if n_rows < 2 else n_rows - -(-n_rows // 3)


def kind_of_task(task_type: str) -> str:
    """Return ``regression`` or ``classification``."""
    return "regression" if task_type == "regression" else "classification"


def at(distribution: BaseDistribution, u: float) -> Any:
    """Return the value at quantile ``u`` (0 <= u < 1) of a distribution."""
    if isinstance(distribution, CategoricalDistribution):
        return distribution.choices[int(u * len(distribution.choices))]
    if not isinstance(distribution, FloatDistribution | IntDistribution):
        raise ParameterError(f"Quantiles of {distribution!r} are not defined.")
    low, high = distribution.low, distribution.high
    value = low * (high / low) ** u if distribution.log else low + u * (high - low)
    if isinstance(distribution, IntDistribution):
        return int(np.clip(round(value), low, high))
    return float(f"{value:.4g}")
