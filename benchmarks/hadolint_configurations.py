"""Configurations of hadolint as teams have them, each of another shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Setup(NamedTuple):
    """A file of hadolint, empty if there is none, and its variables."""

    title: str
    text: str
    variables: Mapping[str, str] = {}


SETUPS = (
    Setup("nothing said", ""),
    Setup(
        "a plain list",
        """\
---
ignored:
  - DL3008  # apt versions: the mirror drops old ones
  - DL3013
  - DL3018
  - DL3059
  - SC2086
""",
    ),
    Setup(
        "registries with wildcards",
        """\
ignored: [DL3006, DL3007]

trustedRegistries:
  - docker.io
  - "*.gcr.io"
  - quay.io
  - ghcr.io
""",
    ),
    Setup(
        "severities and a threshold, as in hadolint's own manual",
        """\
failure-threshold: warning
override:
  error:
    - DL3001
    - DL3002
  warning:
    - DL3042
    - DL3033
  info:
    - DL3032
  style:
    - DL3015
""",
    ),
    Setup(
        "only errors fail, what is off by default is on",
        """\
failure-threshold: error
override:
  error: [DL3020, DL3006, DL4006, SC2046]
  warning: [DL3057, DL3009]
  info: [DL3008, DL3018, DL3020]
""",
    ),
    Setup(
        "labels, and no others",
        """\
label-schema:
  maintainer: text
  version: semver
  org.opencontainers.image.source: url
strict-labels: true
ignored:
  - DL4000
  - DL3048
""",
    ),
    Setup(
        "keys that are not hadolint's",
        """\
ignore:
  - DL3008
trusted-registries:
  - ghcr.io
failureThreshold: error
strictLabels: true
override:
  off: [DL3003]
ignored:
  - DL3003
""",
    ),
    Setup("one value of a wrong type", "ignored: DL3008\nfailure-threshold: error\ntrustedRegistries: [ghcr.io]\n"),
    Setup(
        "codes that are none",
        """\
ignored: [dl3008, DL9999, DL3003, 'DL3015 DL3009', SC1091, SC2129]
override:
  error: [DL3003]
failure-threshold: info
""",
    ),
    Setup(
        "variables of a pipeline",
        "",
        {
            "HADOLINT_IGNORE": "DL3008,DL3018, DL3015",
            "HADOLINT_OVERRIDE_INFO": "DL4000,DL3020",
            "HADOLINT_OVERRIDE_WARNING": "DL3059",
            "HADOLINT_FAILURE_THRESHOLD": "error",
            "HADOLINT_IGNORED": "DL3003",
        },
    ),
    Setup(
        "a file and variables",
        "ignored: [DL3008]\nfailure-threshold: warning\ntrustedRegistries: [docker.io]\nlabel-schema: {team: text}\n",
        {
            "HADOLINT_IGNORE": "DL3003",
            "HADOLINT_FAILURE_THRESHOLD": "error",
            "HADOLINT_TRUSTED_REGISTRIES": "gcr.io",
            "HADOLINT_REQUIRE_LABELS": "version:semver,x:y",
        },
    ),
    Setup("comments off", "disable-ignore-pragma: true\nno-color: true\nfailure-threshold: warning\n"),
    Setup("nothing fails", "no-fail: true\nignored:\n- DL3007\n- DL4001\n"),
)
