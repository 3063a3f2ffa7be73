"""The build context: what .dockerignore lets through, and what a COPY takes of it."""
