"""The program that an image runs, as far as containers care."""
