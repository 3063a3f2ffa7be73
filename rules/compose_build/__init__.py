"""The contract between a service and the Dockerfile that it builds."""
