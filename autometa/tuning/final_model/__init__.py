"""From completed trials to one fitted pipeline, and what its score is worth."""
