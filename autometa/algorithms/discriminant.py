"""Linear and quadratic discriminant analysis, regularised."""

from __future__ import annotations

from typing import Any

from optuna.distributions import FloatDistribution

from autometa.algorithms._algorithm import Algorithm, Config, Context


def _lda(config: Config, context: Context) -> Any:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    return LinearDiscriminantAnalysis(solver="lsqr", shrinkage=config["shrinkage"])


def _qda(config: Config, context: Context) -> Any:
    from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis

    return QuadraticDiscriminantAnalysis(solver="eigen", shrinkage=config["shrinkage"])


ALGORITHMS = (
    Algorithm(
        name="lda",
        make=_lda,
        encoding="scaled",
        takes_weights=False,
        spaces={"classification": {"shrinkage": FloatDistribution(0.0001, 1.0, log=True)}},
        known_setups={"classification": {"library": {"shrinkage": 0.0001}}},
        places={"classification": {"library": 190}},
        estimators={"classification": "sklearn.discriminant_analysis.LinearDiscriminantAnalysis"},
        reference="R. A. Fisher. The Use of Multiple Measurements in Taxonomic Problems. 1936.",
    ),
    Algorithm(
        name="qda",
        make=_qda,
        encoding="scaled",
        takes_weights=False,
        spaces={"classification": {"shrinkage": FloatDistribution(0.01, 1.0, log=True)}},
        known_setups={
            "classification": {"library": {"shrinkage": 0.01}, "strong": {"shrinkage": 0.2}}
        },
        places={"classification": {"strong": 170}},
        max_classes=100,
        min_class_rows=2,  # one row has no covariance
        estimators={
            "classification": "sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis"
        },
        reference="J. H. Friedman. Regularized Discriminant Analysis. JASA 84, 1989.",
    ),
)
