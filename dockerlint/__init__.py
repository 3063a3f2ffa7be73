"""A linter and best-practice auditor for Dockerfiles and Compose files."""

__version__ = "0.1.0"
