"""Arithmetic on columns: numbers, levels, and what they share."""
