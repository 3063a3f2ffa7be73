"""Shell text: what a script does otherwise than it seems to."""
