"""Meta-features: a tabular dataset described as numbers."""
