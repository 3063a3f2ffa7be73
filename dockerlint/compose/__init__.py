"""Compose files: YAML nodes, interpolation, services."""

# The files that Compose looks for by itself: it takes the first that is there.
BASE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
