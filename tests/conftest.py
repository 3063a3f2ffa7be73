"""Settings of the test run as a whole."""

from hypothesis import settings

# How long an example takes says something of the machine, and nothing of what is tested.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
