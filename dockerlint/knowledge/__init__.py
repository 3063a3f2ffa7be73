"""Dated facts, shipped with the package: base images, ends of life, forms of secrets."""
