"""Rules, findings, and the engine that brings them together."""
