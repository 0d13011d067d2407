"""Arithmetic on pairs of rows: distances, neighbours, graphs, planes between classes."""
