"""Small models and the folds they are judged by."""
