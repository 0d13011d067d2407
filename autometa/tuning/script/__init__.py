"""A fitted pipeline as plain scikit-learn source."""
