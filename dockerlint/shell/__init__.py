"""Shell text: scripts, commands, and what they do in package-manager terms."""
