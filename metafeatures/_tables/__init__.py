"""Tables of any make, read once: kinds, gaps, hashes, samples."""
