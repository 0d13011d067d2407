"""What others call our meta-features, and the arithmetic between theirs and ours."""
