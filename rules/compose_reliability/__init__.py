"""Services that are waited for, checked, restarted, and that keep their data."""
