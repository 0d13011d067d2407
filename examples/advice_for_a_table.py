"""Ask what to try on a table, then fit the first answer."""

from __future__ import annotations

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

from autometa import recommend

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

advice = recommend(X_train, y_train, n=3)
for setup in advice:
    print(setup)
print("Most like this dataset:", ", ".join(near.name for near in advice.neighbors))

pipeline = advice[0].build().fit(X_train, y_train)
print(f"Accuracy on held-out rows: {pipeline.score(X_test, y_test):.3f}")
