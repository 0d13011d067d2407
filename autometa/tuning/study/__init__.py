"""The Optuna study of a run: what is proposed, stored, and resumed."""
