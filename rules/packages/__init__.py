"""Package managers: how packages are asked for."""
