"""The catalogue of metrics, one entry each; adding a metric is adding an entry.

Entries of one family stand together, and the first of a family is the first to answer
for another of it. Names are those of scikit-learn's scorers where it has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from autometa.metrics import _fast as fast
from autometa.metrics._metric import Metric

# Families by how alike they order setups: where to look when a metric has no history.
RELATED_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "ranking": ("probability", "balanced", "accuracy"),
    "probability": ("ranking", "balanced", "accuracy"),
    "balanced": ("accuracy", "ranking", "probability"),
    "accuracy": ("balanced", "ranking", "probability"),
    "squared": ("absolute", "relative"),
    "absolute": ("squared", "relative"),
    "relative": ("absolute", "squared"),
}

_share = partial(Metric, kind="classification", low=0.0, high=1.0)
_area = partial(_share, family="ranking", scale="area")
_balanced = partial(_share, family="balanced")
_of_positive = partial(_balanced, needs="positives", has_positive=True)
_by_rows = partial(_share, family="accuracy", needs="rows")
_loss = partial(Metric, kind="classification", high=0.0)
_error = partial(Metric, kind="regression", high=0.0)
_at_most_one = partial(Metric, kind="regression", high=1.0, needs="variety")

CATALOGUE = (
    _area(
        name="roc_auc",
        measured={"binary": 0},
        aliases=("auc", "auroc", "roc_auc_score", "area_under_roc_curve"),
        fast=fast.roc_auc,
    ),
    _area(name="roc_auc_ovr", measured={"multiclass": 1}, fast=fast.roc_auc_ovr),
    _area(name="roc_auc_ovo"),
    _area(name="roc_auc_ovr_weighted"),
    _area(name="roc_auc_ovo_weighted"),
    _share(
        name="average_precision",
        family="ranking",
        measured={"binary": 5},
        needs="positives",
        has_positive=True,
        aliases=("ap", "auprc", "pr_auc", "average_precision_score", "aucpr"),
    ),
    _loss(
        name="neg_log_loss",
        family="probability",
        measured={"binary": 1, "multiclass": 0},
        needs="rows",
        aliases=("cross_entropy", "log_loss", "logloss", "nll"),
        fast=fast.log_loss,
        is_row_wise=True,
    ),
    _loss(
        name="neg_brier_score",
        low=-2.0,
        family="probability",
        measured={"binary": 6},
        needs="rows",
        aliases=("brier", "brier_score", "brier_score_loss"),
        fast=fast.brier,
    ),
    _loss(name="d2_log_loss_score", high=1.0, family="probability"),
    _loss(name="d2_brier_score", high=1.0, family="probability"),
    _balanced(
        name="balanced_accuracy",
        measured={"binary": 3, "multiclass": 3},
        aliases=("bac", "bacc", "balanced_acc", "balanced_accuracy_score"),
        complements=("balanced_error", "balanced_error_rate", "ber"),
        fast=fast.balanced_accuracy,
    ),
    _balanced(
        name="f1_macro",
        scale="f1",
        measured={"multiclass": 4},
        aliases=("macro_f1", "mean_f_measure"),
        fast=fast.f1_macro,
    ),
    _balanced(name="recall_macro"),
    _balanced(name="precision_macro"),
    _balanced(name="jaccard_macro"),
    _balanced(
        name="matthews_corrcoef",
        low=-1.0,
        measured={"binary": 7, "multiclass": 5},
        aliases=("mcc", "matthews_correlation_coefficient"),
        fast=fast.matthews,
    ),
    _of_positive(
        name="f1",
        scale="f1",
        measured={"binary": 4},
        aliases=("f1_score", "f_score"),
        fast=fast.f1,
    ),
    _of_positive(name="recall", aliases=("recall_score",)),
    _of_positive(name="precision", aliases=("precision_score",)),
    _of_positive(name="jaccard"),
    _by_rows(
        name="accuracy",
        measured={"binary": 2, "multiclass": 2},
        aliases=("acc", "accuracy_score", "classification_accuracy", "predictive_accuracy"),
        complements=("error_rate", "mmce", "misclassification", "misclassification_rate",
                     "classification_error", "zero_one_loss"),
        fast=fast.accuracy,
        is_row_wise=True,
    ),
    _by_rows(name="f1_micro"),
    _by_rows(name="f1_weighted", aliases=("f_measure", "weighted_f1")),
    _by_rows(name="recall_micro"),
    _by_rows(name="recall_weighted"),
    _by_rows(name="precision_micro"),
    _by_rows(name="precision_weighted"),
    _by_rows(name="jaccard_micro"),
    _by_rows(name="jaccard_weighted"),
    _by_rows(name="top_k_accuracy"),
    _error(
        name="neg_root_mean_squared_error",
        family="squared",
        measured={"regression": 0},
        target_power=1,
        aliases=("rmse", "root_mean_squared_error"),
        fast=fast.rmse,
        is_row_wise=True,
    ),
    _error(
        name="neg_mean_squared_error",
        family="squared",
        target_power=2,
        aliases=("mse", "mean_squared_error"),
    ),
    _at_most_one(
        name="r2",
        family="squared",
        measured={"regression": 1},
        aliases=("r2_score", "rsq", "r_squared"),
        fast=fast.r2,
    ),
    _at_most_one(
        name="explained_variance", family="squared", aliases=("explained_variance_score",)
    ),
    _error(name="neg_max_error", family="squared", target_power=1, aliases=("max_error",)),
    _error(
        name="neg_mean_absolute_error",
        family="absolute",
        measured={"regression": 2},
        target_power=1,
        aliases=("mae", "mean_absolute_error"),
        fast=fast.mae,
        is_row_wise=True,
    ),
    _error(
        name="neg_median_absolute_error",
        family="absolute",
        measured={"regression": 3},
        target_power=1,
        aliases=("medae", "median_absolute_error"),
    ),
    _at_most_one(name="d2_absolute_error_score", family="absolute"),
    _error(
        name="neg_mean_absolute_percentage_error",
        family="relative",
        measured={"regression": 4},
        aliases=("mape", "mean_absolute_percentage_error"),
    ),
    _error(
        name="neg_root_mean_squared_log_error",
        family="relative",
        aliases=("rmsle", "root_mean_squared_log_error"),
    ),
    _error(
        name="neg_mean_squared_log_error",
        family="relative",
        aliases=("msle", "mean_squared_log_error"),
    ),
    _error(name="neg_mean_poisson_deviance", family="relative"),
    _error(name="neg_mean_gamma_deviance", family="relative"),
    _error(name="neg_smape", aliases=("smape", "symmetric_mean_absolute_percentage_error")),
    Metric(
        name="kappa",
        kind="classification",
        low=-1.0,
        high=1.0,
        aliases=("cohen_kappa", "cohen_kappa_score"),
    ),
    Metric(name="correlation_coefficient", low=-1.0, high=1.0),
    Metric(name="positive_likelihood_ratio", low=0.0, has_positive=True),
    Metric(name="neg_negative_likelihood_ratio", high=0.0, has_positive=True),
    Metric(name="neg_hamming_loss", high=0.0),
    Metric(name="neg_hinge_loss", high=0.0),
    Metric(name="neg_zero_one_loss", high=0.0),
    # scikit-learn's scorers of clusterings, which histories may hold
    *(
        _share(name=name)
        for name in (
            "completeness_score", "fowlkes_mallows_score", "homogeneity_score",
            "normalized_mutual_info_score", "rand_score", "v_measure_score",
        )
    ),
    Metric(name="adjusted_mutual_info_score", low=-1.0, high=1.0),
    Metric(name="adjusted_rand_score", low=-1.0, high=1.0),
    Metric(name="mutual_info_score", low=0.0),
)  # fmt: skip
