"""How a knowledge base lies on disk: immutable Parquet parts and a manifest."""
