"""Slow figures, by `make bench`."""
