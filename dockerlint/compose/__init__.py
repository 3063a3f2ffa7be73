"""Compose files: YAML nodes, interpolation, services."""
