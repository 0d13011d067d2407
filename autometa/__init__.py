"""Turns past runs into advice, and advice into a search."""
