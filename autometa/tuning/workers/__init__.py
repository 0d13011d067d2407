"""Where calls run, and what runs there."""
