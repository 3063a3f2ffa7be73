"""The project: which Dockerfiles, Compose files, contexts and programs belong together."""
