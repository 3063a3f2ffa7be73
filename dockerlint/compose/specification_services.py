"""What may stand where in a service: its keys, with the types and forms of their values.

Written from the reference and measured with Docker Compose 5.6, which is laxer here and stricter there.
https://docs.docker.com/reference/compose-file/services/
"""

from __future__ import annotations

from dockerlint.compose.forms import FRACTION, SIZE, WHOLE
from dockerlint.compose.shapes import ANYTHING, Shape, either, listed, mapping, named, pattern, scalar, words
from dockerlint.compose.specification_values import (
    ANY_BYTES,
    ANY_SCALAR,
    ASSIGNMENTS,
    BYTES,
    COMMAND,
    COUNT,
    DECIMAL,
    HOSTS,
    NOT_NEGATIVE,
    NULL,
    OPTIONS,
    SWITCH,
    TEXT,
    TEXT_OR_TEXTS,
    TEXTS,
    TIME_SPAN,
    UNIQUE_ASSIGNMENTS,
    UNIQUE_TEXTS,
    WHOLE_NUMBER,
)


def _ulimits(limit: Shape) -> Shape:
    return named(either(limit, mapping("a limit of `ulimits`", {"hard": limit, "soft": limit}, ("hard", "soft"))))


_MODE = scalar("whole", "text", form=pattern("no mode of a file, such as `0440`", "[0-7]+"))
_FILE_OF_SERVICE = {"source": TEXT, "target": TEXT, "uid": TEXT, "gid": TEXT, "mode": _MODE}
_SECRETS = listed(either(TEXT, mapping("a secret of a service", _FILE_OF_SERVICE)))
_CONFIGS = listed(either(TEXT, mapping("a config of a service", _FILE_OF_SERVICE)))

_BUILD = mapping(
    "`build`",
    {
        "additional_contexts": either(named(TEXT), listed(scalar("text", form=pattern("no `name=context`", ".*=.*")))),
        "args": ASSIGNMENTS,
        "cache_from": TEXTS,
        "cache_to": TEXTS,
        "context": TEXT,
        "dockerfile": TEXT,
        "dockerfile_inline": TEXT,
        "entitlements": TEXTS,
        "extra_hosts": HOSTS,
        "isolation": TEXT,
        "labels": ASSIGNMENTS,
        "network": TEXT,
        "no_cache": SWITCH,
        "no_cache_filter": either(TEXT, UNIQUE_TEXTS),
        "platforms": TEXTS,
        "privileged": SWITCH,
        "provenance": scalar("text", "boolean"),
        "pull": SWITCH,
        "sbom": scalar("text", "boolean"),
        "secrets": _SECRETS,
        "shm_size": BYTES,
        "ssh": either(
            named(ANY_SCALAR),
            listed(scalar("text", form=pattern("neither `default` nor `id=key`", "default|.*=.*")), unique=True),
        ),
        "tags": TEXTS,
        "target": TEXT,
        "ulimits": _ulimits(scalar("whole")),
    },
)

_RATES = listed(mapping("a limit of `blkio_config`", {"path": TEXT, "rate": BYTES}).closed())
_WEIGHT = scalar("integer", limits=NOT_NEGATIVE)
_WEIGHTS = listed(mapping("a weight of `blkio_config`", {"path": TEXT, "weight": _WEIGHT}).closed())
_BLKIO = mapping(
    "`blkio_config`",
    {
        "device_read_bps": _RATES,
        "device_read_iops": _RATES,
        "device_write_bps": _RATES,
        "device_write_iops": _RATES,
        "weight": _WEIGHT,
        "weight_device": _WEIGHTS,
    },
).closed()

_DEVICE_REQUEST = {
    "capabilities": UNIQUE_TEXTS,
    "count": scalar("whole", "text", form=pattern("neither `all` nor a whole number", "all|[-+]?[0-9]{1,18}")),
    "device_ids": UNIQUE_TEXTS,
    "driver": TEXT,
    "options": UNIQUE_ASSIGNMENTS,
}
_ROLLOUT = {
    "delay": TIME_SPAN,
    "failure_action": TEXT,
    "max_failure_ratio": DECIMAL,
    "monitor": TIME_SPAN,
    "order": scalar("text", form=words("start-first", "stop-first")),
    "parallelism": COUNT,
}
_LIMITS = mapping("`limits`", {"cpus": DECIMAL, "memory": scalar("text", form=SIZE), "pids": WHOLE_NUMBER})
_GENERIC_RESOURCE = mapping(
    "a generic resource",
    {
        "discrete_resource_spec": mapping(
            "`discrete_resource_spec`", {"kind": TEXT, "value": scalar("number", "text", form=WHOLE)}
        )
    },
)
_RESERVATIONS = mapping(
    "`reservations`",
    {
        "cpus": DECIMAL,
        "devices": listed(mapping("a device of `reservations`", _DEVICE_REQUEST, ("capabilities",))),
        "generic_resources": listed(_GENERIC_RESOURCE),
        "memory": scalar("text", form=SIZE),
    },
)
_DEPLOY = mapping(
    "`deploy`",
    {
        "endpoint_mode": TEXT,
        "labels": ASSIGNMENTS,
        "mode": TEXT,
        "placement": mapping(
            "`placement`",
            {
                "constraints": TEXTS,
                "max_replicas_per_node": COUNT,
                "preferences": listed(mapping("a preference of `placement`", {"spread": TEXT})),
            },
        ),
        "replicas": COUNT,
        "resources": mapping("`resources`", {"limits": _LIMITS, "reservations": _RESERVATIONS}),
        "restart_policy": mapping(
            "`restart_policy`",
            {"condition": TEXT, "delay": TIME_SPAN, "max_attempts": COUNT, "window": TIME_SPAN},
        ),
        "rollback_config": mapping("`rollback_config`", _ROLLOUT),
        "update_config": mapping("`update_config`", _ROLLOUT),
    },
)

_HOOK_KEYS = {
    "command": COMMAND,
    "environment": UNIQUE_ASSIGNMENTS,
    "privileged": SWITCH,
    "user": TEXT,
    "working_dir": TEXT,
}
_HOOK = mapping("a hook", _HOOK_KEYS, ("command",))
_WATCH = mapping(
    "a rule of `watch`",
    {
        "action": scalar("text", form=words("rebuild", "sync", "restart", "sync+restart", "sync+exec")),
        "exec": _HOOK,
        "ignore": either(TEXT, UNIQUE_TEXTS),
        "include": TEXT_OR_TEXTS,
        "initial_sync": scalar("boolean"),
        "path": scalar("text", form=pattern("no path", ".+")),
        "target": TEXT,
    },
    ("path", "action"),
)

_HEALTHCHECK = mapping(
    "`healthcheck`",
    {
        "disable": SWITCH,
        "interval": TIME_SPAN,
        "retries": scalar("number", "text", form=WHOLE, limits=NOT_NEGATIVE),
        "start_interval": TIME_SPAN,
        "start_period": TIME_SPAN,
        "test": TEXT_OR_TEXTS,
        "timeout": TIME_SPAN,
    },
)

_PORT = mapping(
    "a port",
    {
        "app_protocol": TEXT,
        "host_ip": TEXT,
        "mode": TEXT,
        "name": TEXT,
        "protocol": TEXT,
        "published": scalar("text", "whole"),
        "target": scalar("text", "integer"),
    },  # all else is noted where ports are read
)
_MOUNT = mapping(
    "a mount",
    {
        "bind": mapping(
            "`bind`",
            {
                "create_host_path": SWITCH,
                "propagation": TEXT,
                "recursive": scalar("text", form=words("enabled", "disabled", "writable", "readonly")),
                "selinux": scalar("text", form=words("z", "Z")),
            },
        ),
        "consistency": TEXT,
        "image": mapping("`image`", {"subpath": TEXT}),
        "read_only": SWITCH,
        "source": TEXT,
        "target": TEXT,
        "tmpfs": mapping(
            "`tmpfs`",
            {
                "mode": scalar("number", limits=NOT_NEGATIVE),
                "size": scalar("integer", "text", form=SIZE, limits=NOT_NEGATIVE),
            },
        ),
        "type": scalar("text", form=words("bind", "volume", "tmpfs", "cluster", "npipe", "image")),
        "volume": mapping("`volume`", {"labels": UNIQUE_ASSIGNMENTS, "nocopy": SWITCH, "subpath": TEXT}),
    },  # a missing `type` or `target` is noted where mounts are read
)
_DEPENDENCY = mapping(
    "a dependency",
    {
        "condition": scalar("text", form=words("service_started", "service_healthy", "service_completed_successfully")),
        "required": SWITCH,
        "restart": SWITCH,
    },
    ("condition",),
)
_ENDPOINT = mapping(
    "a network of a service",
    {
        "aliases": TEXTS,
        "driver_opts": OPTIONS,
        "gw_priority": scalar("number"),
        "interface_name": TEXT,
        "ipv4_address": TEXT,
        "ipv6_address": TEXT,
        "link_local_ips": TEXTS,
        "mac_address": TEXT,
        "priority": scalar("number"),
    },
)

_OPTION = scalar("text", "number", "boolean", "date")
SERVICE = mapping(
    "a service",
    {
        "annotations": ASSIGNMENTS,
        "attach": SWITCH,
        "blkio_config": _BLKIO,
        "build": either(TEXT, _BUILD),
        "cap_add": TEXTS,
        "cap_drop": TEXTS,
        "cgroup": scalar("text", form=words("host", "private")),
        "cgroup_parent": TEXT,
        "command": COMMAND,
        "configs": _CONFIGS,
        "container_name": scalar("text", form=pattern("no name of a container", r".*[a-zA-Z0-9][a-zA-Z0-9_.-].*")),
        "cpu_count": COUNT,
        "cpu_percent": scalar("integer", "text", form=FRACTION, limits=(0, 100)),
        "cpu_period": scalar("number", "text", form=WHOLE),
        "cpu_quota": scalar("number", "text", form=WHOLE),
        "cpu_rt_period": scalar("number", "text", form=WHOLE),
        "cpu_rt_runtime": scalar("number", "text", form=WHOLE),
        "cpu_shares": scalar("number", "text", form=WHOLE),
        "cpus": DECIMAL,
        "cpuset": TEXT,
        "credential_spec": mapping("`credential_spec`", {"config": TEXT, "file": TEXT, "registry": TEXT}),
        "depends_on": either(UNIQUE_TEXTS, named(_DEPENDENCY)),
        "deploy": either(_DEPLOY, NULL),
        "develop": either(mapping("`develop`", {"watch": listed(_WATCH)}), NULL),
        "device_cgroup_rules": UNIQUE_TEXTS,
        "devices": listed(
            either(TEXT, mapping("a device", {"permissions": TEXT, "source": TEXT, "target": TEXT}, ("source",)))
        ),
        "dns": TEXT_OR_TEXTS,
        "dns_opt": TEXTS,
        "dns_search": TEXT_OR_TEXTS,
        "domainname": TEXT,
        "entrypoint": COMMAND,
        "env_file": either(
            TEXT,
            listed(
                either(
                    TEXT,
                    mapping("an env file", {"format": TEXT, "path": TEXT, "required": SWITCH}, ("path",)).closed(),
                )
            ),
        ),
        "environment": ASSIGNMENTS,
        "expose": listed(scalar("text", "whole")),
        # A missing service is noted when it is looked for.
        "extends": either(TEXT, Shape(keys={"file": TEXT, "service": TEXT}, others=ANYTHING)),
        "external_links": UNIQUE_TEXTS,
        "extra_hosts": HOSTS,
        "gpus": either(scalar("text", form=words("all")), listed(Shape(keys=_DEVICE_REQUEST, others=ANYTHING))),
        "group_add": listed(scalar("text", "whole"), unique=True),
        "healthcheck": _HEALTHCHECK,
        "hostname": TEXT,
        "image": TEXT,
        "init": SWITCH,
        "ipc": TEXT,
        "isolation": TEXT,
        "label_file": TEXT_OR_TEXTS,
        "labels": ASSIGNMENTS,
        "links": TEXTS,
        "logging": mapping("`logging`", {"driver": TEXT, "options": named(scalar("text", "number", "date", "null"))}),
        "mac_address": TEXT,
        "mem_limit": ANY_BYTES,
        "mem_reservation": BYTES,
        "mem_swappiness": BYTES,
        "memswap_limit": ANY_BYTES,
        "models": either(
            UNIQUE_TEXTS,
            named(either(mapping("a model of a service", {"endpoint_var": TEXT, "model_var": TEXT}), NULL)),
        ),
        "network_mode": TEXT,
        "networks": either(UNIQUE_TEXTS, named(either(_ENDPOINT, NULL))),
        "oom_kill_disable": SWITCH,
        "oom_score_adj": scalar("integer", "text", form=WHOLE, limits=(-1000, 1000)),
        "pid": TEXT,
        "pids_limit": scalar("number", "text", form=WHOLE),
        "platform": TEXT,
        "ports": listed(either(scalar("text", "number"), _PORT)),
        "post_start": listed(_HOOK),
        "pre_start": listed(mapping("a hook", {**_HOOK_KEYS, "image": TEXT})),
        "pre_stop": listed(_HOOK),
        "privileged": SWITCH,
        "profiles": TEXTS,
        "provider": mapping(
            "`provider`", {"options": named(either(_OPTION, listed(_OPTION))), "type": TEXT}, ("type",)
        ),
        "pull_policy": scalar(
            "text",
            form=pattern(
                "no policy for pulls",
                "always|never|build|if_not_present|missing|refresh|daily|weekly|every_(?:[0-9]+[wdhms])+",
            ),
        ),
        "pull_refresh_after": TEXT,
        "read_only": SWITCH,
        "restart": TEXT,
        "runtime": TEXT,
        "scale": COUNT,
        "secrets": _SECRETS,
        "security_opt": UNIQUE_TEXTS,
        "shm_size": ANY_BYTES,
        "stdin_open": SWITCH,
        "stop_grace_period": TIME_SPAN,
        "stop_signal": TEXT,
        "storage_opt": named(scalar("text", "whole", "null")),
        "sysctls": ASSIGNMENTS,
        "tmpfs": TEXT_OR_TEXTS,
        "tty": SWITCH,
        "ulimits": _ulimits(scalar("whole", "text", form=WHOLE)),
        "use_api_socket": scalar("boolean"),
        "user": TEXT,
        "userns_mode": TEXT,
        "uts": TEXT,
        "volumes": listed(either(TEXT, _MOUNT)),
        "volumes_from": UNIQUE_TEXTS,
        "working_dir": TEXT,
    },
)
