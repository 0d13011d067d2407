"""Models and other outputs in files."""
