"""What Compose or the engine refuses in a Compose file, what resolves to something else than was meant, and order."""
