"""The ports on which a container may listen, by all that speaks for one: never a proof that it does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockerlint.project.service_kinds import command_words

if TYPE_CHECKING:
    from dockerlint.project.containers import Container

_NUMBER = re.compile(r"(?<![\w.])\d{2,5}(?![\w.])")
_OWN_PORT = re.compile(r"LISTEN|BIND|ADVERTI|^PORT$|_PORT$|^PORT_|ADDR", re.IGNORECASE)


def possible_ports(container: Container) -> frozenset[int]:
    """The ports that a service publishes or exposes, those of its image, and the numbers of its own settings."""
    service = container.service
    found = {number for port in service.ports for number in port.target_ports or ()}
    texts = [*(str(one.text) for one in service.settings.texts("expose")), *command_words(container.service)]
    texts += (str(one.value) for one in container.environment.settings if _says_own_port(container, str(one.name)))
    if container.facts is not None:
        texts += container.facts.exposes
    if container.data is not None:
        found.update(container.data.ports)
    stage = container.stage
    if stage is not None:
        found.update(number for port in stage.state.ports for number in range(port.first, port.last + 1))
        texts += (str(form.rest) for form in (stage.entrypoint, stage.cmd) if form is not None)
    return frozenset(found | {int(number) for text in texts for number in _NUMBER.findall(text)})


def _says_own_port(container: Container, name: str) -> bool:
    """Whether a variable may tell the container its own port; one with a host beside it is another's."""
    prefix = name.removesuffix("PORT")
    has_host = any(container.environment.get(prefix + word) is not None for word in ("HOST", "HOSTNAME", "SERVER"))
    return _OWN_PORT.search(name) is not None and not has_host


def container_port(container: Container, number: int | None) -> int | None:
    """The port of the container behind one of the host."""
    for port in container.service.ports:
        published, target = port.published_ports, port.target_ports
        if published and target and number is not None and number in published and len(published) == len(target):
            return target[published.index(number)]
    return number
