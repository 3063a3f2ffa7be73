"""Dockerfiles: text, instructions, stages."""
