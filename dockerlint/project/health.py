"""Whether a container has a health check: its service's own, or the one of its image."""

from __future__ import annotations

from dockerlint.project.containers import Container


def has_healthcheck(container: Container) -> bool | None:
    """Whether Docker checks the container's health; None where nobody can tell.

    A health check without a test only changes how often that of the image runs.
    """
    own = container.service.healthcheck
    if own is None:
        return image_has_healthcheck(container)
    if own.disabled is not False:
        return None if own.disabled is None else False
    if own.kind is not None:
        return True
    return None if own.words else image_has_healthcheck(container)


def image_has_healthcheck(container: Container) -> bool | None:
    """Whether the image brings a health check: HEALTHCHECK of any stage that it is built on, or of the known base."""
    if container.service.build is not None:
        if container.stage is None:
            return None
        written = container.stage.state.healthcheck
        if written is not None:
            return written.kind != "NONE"
        if container.stage.root.base_name == "scratch":
            return False
    known = container.facts
    if known is None:
        return None
    return known.healthcheck or (False if _is_read(container) else None)


def _is_read(container: Container) -> bool:
    """Whether all that the image's Dockerfile says is known. Copies of a database are built on the official one."""
    known = container.facts
    is_copy = container.data is not None and container.data.probe is not None
    return known is not None and (known.official or known.entrypoint is not None or is_copy)
