"""The families of meta-features: what enters the catalogue, one file a theme."""
