"""What is known of packages of Debian and Ubuntu without looking them up: https://packages.debian.org."""

from __future__ import annotations

# With all that they depend on beyond a base image they recommend nothing.
RECOMMEND_NOTHING = frozenset(
    {
        "apt-transport-https", "bzip2", "ca-certificates", "debconf-utils", "dos2unix", "dumb-init",
        "gettext-base", "gosu", "jq", "less",
        "locales", "make", "net-tools", "netcat-openbsd", "openssl", "patch", "sshpass", "sudo", "tini", "tree",
        "tzdata", "unzip", "xz-utils",
    }
)  # fmt: skip
