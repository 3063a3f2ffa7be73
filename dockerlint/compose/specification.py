"""What may stand where in a Compose file: its keys, with the types and forms of their values.

Written from the reference and measured with Docker Compose 5.6, which is laxer here and stricter there.
https://docs.docker.com/reference/compose-file/
"""

from __future__ import annotations

from dockerlint.compose.shapes import either, listed, mapping, named, pattern, scalar
from dockerlint.compose.specification_services import SERVICE
from dockerlint.compose.specification_values import (
    ASSIGNMENTS,
    EXTERNAL,
    LAX_EXTERNAL,
    NULL,
    OPTIONS,
    SWITCH,
    TEXT,
    TEXT_OR_TEXTS,
    TEXTS,
    UNIQUE_ASSIGNMENTS,
)

_POOL = mapping(
    "an address range of `ipam`",
    {"aux_addresses": named(scalar("text", "date")), "gateway": TEXT, "ip_range": TEXT, "subnet": TEXT},
)
_NETWORK = mapping(
    "a network",
    {
        "attachable": SWITCH,
        "driver": TEXT,
        "driver_opts": OPTIONS,
        "enable_ipv4": SWITCH,
        "enable_ipv6": SWITCH,
        "external": EXTERNAL,
        "internal": SWITCH,
        "ipam": mapping("`ipam`", {"config": listed(_POOL), "driver": TEXT, "options": named(scalar("text", "date"))}),
        "labels": ASSIGNMENTS,
        "name": TEXT,
    },
)
_VOLUME = mapping(
    "a volume",
    {"driver": TEXT, "driver_opts": OPTIONS, "external": EXTERNAL, "labels": UNIQUE_ASSIGNMENTS, "name": TEXT},
)
# What secrets and configs have in common.
_GRANTED = {
    "environment": TEXT,
    "external": LAX_EXTERNAL,
    "file": TEXT,
    "labels": UNIQUE_ASSIGNMENTS,
    "name": TEXT,
    "template_driver": TEXT,
}
_SECRET = mapping("a secret", {**_GRANTED, "driver": TEXT, "driver_opts": named(scalar("text", "whole"))})
_CONFIG = mapping("a config", {**_GRANTED, "content": TEXT})
_MODEL = mapping(
    "a model", {"context_size": scalar("integer"), "model": TEXT, "name": TEXT, "runtime_flags": TEXTS}, ("model",)
)
_INCLUDE = mapping(
    "an entry of `include`", {"env_file": TEXT_OR_TEXTS, "path": TEXT_OR_TEXTS, "project_directory": TEXT}
)

_NAME = pattern("no name: Compose takes letters, digits, `.`, `_` and `-`", "[a-zA-Z0-9._-]+")

SERVICES = named(SERVICE, _NAME)

FILE = mapping(
    "a Compose file",
    {
        "configs": named(_CONFIG, _NAME),
        "include": listed(either(TEXT, _INCLUDE)),
        "models": named(_MODEL, _NAME),
        "name": TEXT,
        "networks": named(either(_NETWORK, NULL), _NAME),
        "secrets": named(_SECRET, _NAME),
        "services": SERVICES,
        "version": TEXT,
        "volumes": named(either(_VOLUME, NULL), _NAME),
    },
)
