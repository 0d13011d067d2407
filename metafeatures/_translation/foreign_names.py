"""What other systems call our meta-features: names and formulas, read by `translate`.

Where a definition is the same to the letter, its foreign name stands beside it, in the
arguments of ``@metafeature``. Here is what follows by arithmetic. A formula may use the
names of its source and ours that come before it; of several formulas for one
meta-feature the first counts that gives a number. ``given(value, condition, ...)`` is
NaN unless all conditions hold; a condition that holds is 1, one that does not 0.

OpenML counts the target among the columns, describes numbers by formulas that correct
for small samples (apache commons-math) and takes a missing level for the first one of
its header. Before its engine was rewritten in 2017 it counted classes and levels that
the header declares, whether they occur or not, and carried sums over columns on from one
dataset to the next: of those exports, numeric columns are not translated.
auto-sklearn counts columns that never vary (skewness 0, kurtosis -3) and has changed what
it does with categories and missing values; what depends on these is left out.
"""

from __future__ import annotations

from collections.abc import Mapping

Formulas = Mapping[str, str | tuple[str, ...]]

# From the estimators that correct for small samples back to those of the moments, which ours are.
SKEWNESS = "* (n_rows - 2) / sqrt(n_rows * (n_rows - 1))"
KURTOSIS = "* (n_rows - 2) * (n_rows - 3) / (n_rows - 1) - 6) / (n_rows + 1)"
COMPLETE = "n_missing == 0, n_classes > 1"
# A column that never varies has kurtosis -3 there; no other lies below -2 (two values alike often).
PLAIN = "n_categorical == 0, n_missing == 0, KurtosisMin > -2.5"
VARYING = "n_missing == 0, KurtosisMin > -2.5, (n_categorical == 0) + (SymbolsMin > 1)"
NUMBERS = "n_categorical == 0, n_missing == 0"
ONLY_NUMBERS = "n_numeric == n_columns"
ONLY_CATEGORIES = "n_categorical == n_columns"
NOISE = f"given(max(0, 1 - 1 / (1 + {{}})), {ONLY_CATEGORIES}, {COMPLETE})"
SUMMARIES = ("mean", "min", "median", "max")
OPENML_SUMMARIES = {"mean": "Mean", "min": "Min", "median": "Quartile2", "max": "Max"}


def _summarised(measure: str, formula: str) -> dict[str, str]:
    """Return the formula of each summary over columns that OpenML has."""
    return {
        f"{measure}.{ours}": formula.replace("{}", theirs)
        for ours, theirs in OPENML_SUMMARIES.items()
    }


COUNTS: Formulas = {
    "n_columns": "NumberOfFeatures - 1",
    "n_numeric": "NumberOfNumericFeatures - (NumberOfClasses == 0)",
    "n_categorical": "given(NumberOfSymbolicFeatures - (NumberOfClasses > 0),"
    " NumberOfNumericFeatures + NumberOfSymbolicFeatures == NumberOfFeatures)",
    "missing_row_share": (
        "PercentageOfInstancesWithMissingValues / 100",
        "NumberOfInstancesWithMissingValues / n_rows",
    ),
    "class_share.max": ("MajorityClassPercentage / 100", "MajorityClassSize / n_rows"),
}

CATEGORIES: Formulas = {
    **_summarised("category_entropy", f"given({{}}AttributeEntropy, {COMPLETE})"),
    **_summarised("category_information", f"given({{}}MutualInformation, {COMPLETE})"),
    "log_equivalent_columns": f"given(log2(1 + EquivalentNumberOfAtts),"
    f" {ONLY_CATEGORIES}, {COMPLETE})",
}

OPENML: Formulas = {
    **COUNTS,
    "columns_per_row": "Dimensionality - 1 / n_rows",
    "numeric_share": "given(PercentageOfNumericFeatures / 100 * (n_columns + 1) / n_columns,"
    " n_classes > 1)",
    "categorical_share": "given((PercentageOfSymbolicFeatures / 100 * (n_columns + 1) - 1)"
    " / n_columns, n_categorical > -1, n_classes > 1)",
    "missing_share": "PercentageOfMissingValues / 100 * (n_columns + 1) / n_columns",
    "class_share.min": ("MinorityClassPercentage / 100", "MinorityClassSize / n_rows"),
    "cardinality.mean": "(MeanNominalAttDistinctValues * NumberOfSymbolicFeatures"
    " - NumberOfClasses) / n_categorical",
    "cardinality.sd": "sqrt(max(0, StdvNominalAttDistinctValues ** 2"
    " * (NumberOfSymbolicFeatures - 1)"
    " + NumberOfSymbolicFeatures * MeanNominalAttDistinctValues ** 2 - NumberOfClasses ** 2"
    " - n_categorical * cardinality.mean ** 2) / (n_categorical - 1))",
    "cardinality.min": "given(MinNominalAttDistinctValues, n_categorical > 0,"
    " (MinNominalAttDistinctValues < NumberOfClasses) + (NumberOfClasses == 0))",
    "cardinality.max": "given(MaxNominalAttDistinctValues, n_categorical > 0,"
    " MaxNominalAttDistinctValues > NumberOfClasses)",
    **_summarised("skewness", f"given({{}}SkewnessOfNumericAtts {SKEWNESS}, {COMPLETE})"),
    **_summarised("kurtosis", f"given(({{}}KurtosisOfNumericAtts {KURTOSIS}, {COMPLETE})"),
    **_summarised("encoded_mean", f"given({{}}MeansOfNumericAtts, {ONLY_NUMBERS}, n_classes > 1)"),
    **_summarised("encoded_sd", f"given({{}}StdDevOfNumericAtts, {ONLY_NUMBERS}, n_classes > 1)"),
    **CATEGORIES,
    "noise_share": NOISE.format("MeanNoiseToSignalRatio"),
}

OPENML_2017: Formulas = {
    "n_rows": "NumberOfInstances",
    "n_missing": "NumberOfMissingValues",
    "n_classes": "given(NumberOfClasses, MinorityClassSize > 0)",
    "class_entropy": "ClassEntropy",
    **COUNTS,
    "class_share.min": "given(MinorityClassSize / n_rows, MinorityClassSize > 0)",
    **CATEGORIES,
    "noise_share": NOISE.format("NoiseToSignalRatio"),
}

AUTOSKLEARN: Formulas = {
    "log_rows_per_column": "-LogDatasetRatio",
    "numeric_per_categorical": "given(RatioNumericalToNominal, n_categorical > 0)",
    "categorical_per_numeric": "given(RatioNominalToNumerical, n_numeric > 0)",
    "missing_row_share": "NumberOfInstancesWithMissingValues / n_rows",
    "missing_column_share": "NumberOfFeaturesWithMissingValues / n_columns",
    "class_share.sd": "ClassProbabilitySTD * sqrt(n_classes / (n_classes - 1))",
    "cardinality.mean": "given(SymbolsMean, n_categorical > 0)",
    "cardinality.sd": "given(SymbolsSTD * sqrt(n_categorical / (n_categorical - 1)),"
    " n_categorical > 1)",
    "cardinality.min": "given(SymbolsMin, n_categorical > 0)",
    "cardinality.max": "given(SymbolsMax, n_categorical > 0)",
    "cardinality.sum": "given(SymbolsSum, n_categorical > 0)",
    "skewness.mean": f"given(SkewnessMean, {PLAIN})",
    "skewness.sd": f"given(SkewnessSTD * sqrt(n_numeric / (n_numeric - 1)), {PLAIN})",
    "skewness.min": f"given(SkewnessMin, {NUMBERS}, (KurtosisMin > -2.5) + (SkewnessMin < 0))",
    "skewness.max": f"given(SkewnessMax, {NUMBERS}, (KurtosisMin > -2.5) + (SkewnessMax > 0))",
    "kurtosis.mean": f"given(KurtosisMean, {PLAIN})",
    "kurtosis.sd": f"given(KurtosisSTD * sqrt(n_numeric / (n_numeric - 1)), {PLAIN})",
    "kurtosis.min": f"given(KurtosisMin, {PLAIN})",
    "kurtosis.max": f"given(KurtosisMax, {NUMBERS}, KurtosisMax > -2.5)",
    "mixed_components_95_share": f"given(PCAFractionOfComponentsFor95PercentVariance, {VARYING})",
    "mixed_component_skewness": "given(abs(PCASkewnessFirstPC), n_missing == 0)",
    "mixed_component_kurtosis": "given(PCAKurtosisFirstPC, n_missing == 0)",
}

STUMPS: Formulas = {
    "best_node.mean": "1 - DecisionStumpErrRate",
    "landmark_stump.balanced_accuracy": "DecisionStumpKappa",
}

APPROXIMATE: Mapping[str, Formulas] = {
    "openml": {
        **_summarised("skewness", f"given({{}}SkewnessOfNumericAtts {SKEWNESS}, n_classes > 1)"),
        **_summarised("kurtosis", f"given(({{}}KurtosisOfNumericAtts {KURTOSIS}, n_classes > 1)"),
        **STUMPS,
    },
    "openml-2017": STUMPS,
    "autosklearn": {
        "best_node.mean": "LandmarkDecisionNodeLearner",
        "random_node.mean": "LandmarkRandomNodeLearner",
        "linear_discr.mean": "LandmarkLDA",
    },
    "pymfe": {
        f"{name}.mean": f"{name}.mean"
        for name in (
            "best_node",
            "random_node",
            "worst_node",
            "linear_discr",
            "naive_bayes",
            "one_nn",
            "elite_nn",
        )
    },
}

SOURCES: Mapping[str, Formulas] = {
    "openml": OPENML,
    "openml-2017": OPENML_2017,
    "autosklearn": AUTOSKLEARN,
    "pymfe": {},
}
# Only exports from before 2017 have these: one of them is enough to know such an export by.
OLD_OPENML_NAMES = (
    "DefaultAccuracy",
    "MinorityClassPerentage",
    "NegativePercentage",
    "NoiseToSignalRatio",
    "NumAttributes",
)

NO_GAPS = "given(0 * n_missing, n_missing == 0)"
NO_CATEGORIES = "given(0 * n_columns, n_categorical == 0)"
NO_OTHERS = "given(0 * n_columns, n_numeric + n_categorical == n_columns)"

FOLLOWS: Formulas = {
    "log_n_rows": "log(n_rows)",
    "log_n_columns": "log(n_columns)",
    "rows_per_column": "n_rows / n_columns",
    "columns_per_row": "n_columns / n_rows",
    "log_rows_per_column": "log(n_rows / n_columns)",
    "numeric_per_categorical": "n_numeric / n_categorical",
    "categorical_per_numeric": "n_categorical / n_numeric",
    "n_datetime": NO_OTHERS,
    "n_text": NO_OTHERS,
    "numeric_share": "n_numeric / n_columns",
    "categorical_share": "n_categorical / n_columns",
    "missing_share": "n_missing / (n_rows * n_columns)",
    "missing_row_share": NO_GAPS,
    "missing_column_share": NO_GAPS,
    "missing_max": NO_GAPS,
    "missing_information.max": NO_GAPS,
    "cardinality.sum": "cardinality.mean * n_categorical",
    "log_cardinality_max": (NO_CATEGORIES, "log(max(1, cardinality.max))"),
    "cardinality_to_rows": (NO_CATEGORIES, "cardinality.max / n_rows"),
    "log_n_encoded": (
        "given(log(n_columns), n_categorical == 0)",
        "log(n_columns - n_categorical + cardinality.sum)",
    ),
    "components_95_share": f"given(mixed_components_95_share, {ONLY_NUMBERS})",
    "first_component_skewness": f"given(mixed_component_skewness, {ONLY_NUMBERS})",
    "first_component_kurtosis": f"given(mixed_component_kurtosis, {ONLY_NUMBERS})",
    "log_n_classes": "log(n_classes)",
    "class_share.mean": "1 / n_classes",
    "class_share.sd": "given((class_share.max - class_share.min) / sqrt(2), n_classes == 2)",
    "class_share.median": "given(1 / n_classes, n_classes == 2)",
    "log_class_imbalance": "log(class_share.max / class_share.min)",
    "log_minority_rows": "log(class_share.min * n_rows)",
    # a class is rare below ten rows; half a row for the rounding of the share
    "rare_class_share": "given(0 * n_classes, class_share.min * n_rows > 9.5)",
    "class_entropy": "given(-class_share.max * log2(class_share.max)"
    " - class_share.min * log2(class_share.min), n_classes == 2)",
    "class_balance": "min(1, class_entropy / log2(n_classes))",
    **{
        f"{ours}.{summary}": f"given({theirs}.{summary}, {ONLY_CATEGORIES})"
        for ours, theirs in (
            ("column_entropy", "category_entropy"),
            ("mutual_information", "category_information"),
            ("nominal_entropy", "category_entropy"),
        )
        for summary in SUMMARIES
    },
    **{
        f"encoded_skewness.{summary}": f"given(skewness.{summary}"
        f" * ((n_rows - 1) / n_rows) ** 1.5, {ONLY_NUMBERS}, n_missing == 0)"
        for summary in SUMMARIES
    },
    **{
        f"encoded_kurtosis.{summary}": f"given((kurtosis.{summary} + 3)"
        f" * ((n_rows - 1) / n_rows) ** 2 - 3, {ONLY_NUMBERS}, n_missing == 0)"
        for summary in SUMMARIES
    },
    "encoded_skewness.sd": f"given(skewness.sd * ((n_rows - 1) / n_rows) ** 1.5,"
    f" {ONLY_NUMBERS}, n_missing == 0)",
    "encoded_kurtosis.sd": f"given(kurtosis.sd * ((n_rows - 1) / n_rows) ** 2,"
    f" {ONLY_NUMBERS}, n_missing == 0)",
}
