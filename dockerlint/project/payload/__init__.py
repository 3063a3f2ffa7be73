"""What a build takes from its context, and what of it has no place in an image."""
