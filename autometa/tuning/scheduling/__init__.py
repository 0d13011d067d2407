"""Schedulers: which setup is evaluated next, on how many rows, and which goes on."""
