"""Readers of the files that say how images are built, one a format."""
