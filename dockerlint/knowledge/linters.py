"""What other linters call their checks, where a comment may name them otherwise than our rules do.

https://docs.kics.io/latest/queries/dockercompose-queries/
https://docs.kics.io/latest/queries/dockerfile-queries/
https://github.com/zavoloklom/docker-compose-linter/blob/main/docs/rules.md
"""

from __future__ import annotations

# KICS asks for the numbers of its queries in comments; their names are what our rules have as aliases.
_KICS = """
    baa452f0-1f21-4a25-ace5-844e7a5f410d volume_mounted_in_multiple_containers
    1c1325ff-831d-43a1-973e-839ae57dfcc0 volume_has_sensitive_host_directory
    d6355c88-1e8d-49e9-b2f2-f8a1ca12c75b docker_socket_mounted_in_container
    27fcc7d6-c49b-46e0-98f1-6c082a6a2750 no_new_privileges_not_set
    ae5b6871-7f45-42e0-bb4c-ab300c4d2026 privileged_containers_enabled
    698ed579-b239-4f8f-a388-baa4bcb13ef8 healthcheck_not_set
    4d9f44c6-2f4a-4317-9bb5-267adbea0232 cgroup_not_default
    2fc99041-ddad-49d5-853f-e35e70a48391 restart_policy_on_failure_not_set_to_5
    bc2908f3-f73c-40a9-8793-c1b7d5544f79 privileged_ports_mapped_in_container
    451d79dc-0588-476a-ad03-3c7f0320abb3 container_traffic_not_bound_to_host_interface
    ce14a68b-1668-41a0-ab7d-facd9f784742 networks_not_set
    071a71ff-f868-47a4-ac0b-3c59e4ab5443 shared_host_network_namespace
    baa3890f-bed7-46f5-ab8f-1da8fc91c729 shared_host_ipc_namespace
    404fde2c-bc4b-4371-9747-7054132ac953 default_seccomp_profile_disabled
    4f31dd9f-2cc3-4751-9b53-67e4af83dac0 host_namespace_is_shared
    bb9ac4f7-e13b-423d-a010-c74a1bfbe492 memory_not_limited
    221e0658-cb2a-44e3-b08a-db96a341d6fa pids_limit_not_set
    8af7162d-6c98-482f-868e-0d33fb675ca8 shared_host_user_namespace
    610e266e-6c12-4bca-9925-1ed0cd29742b security_opt_not_set
    6b610c50-99fb-4ef0-a5f3-e312fd945bc3 cpus_not_limited
    ce76b7d0-9e77-464d-b86f-c5c48e03e22d container_capabilities_unrestricted
    71bf8cf8-f0a1-42fa-b9d2-d10525e0a38e unix_ports_out_of_range
    fd54f200-402c-4333-a5a4-36ef6709af2f missing_user_instruction
    67fd0c4a-68cf-46d7-8c41-bc9fba7e40ae last_user_is_root
    f4a6bcd3-e231-4acf-993c-aa027be50d2e run_command_cd_instead_of_workdir
    8a301064-c291-4b20-adcb-403fe7fd95fd changing_default_shell_using_run_command
    965a08d7-ef86-4f14-8792-4a3b2098937e apt_get_install_pin_version_not_defined
    22cd11f7-9c6c-4f6e-84c0-02058120b341 gem_install_without_version
    e36d8880-3f78-4546-b9a1-12f0745ca0d5 npm_install_without_pinned_version
    fc775e75-fcfb-4c98-b2f2-910c5858b359 run_using_wget_and_curl
    02d9c71f-3ee8-4986-9c27-1a20d0d19bfc unpinned_package_version_in_pip_install
    d3499f6d-1651-41bb-a9a7-de925fea487b unpinned_package_version_in_apk_add
    b84a0b47-2e99-4c9f-8933-98bcabe2b94d run_using_apt
    b03a748a-542d-44f4-bb86-9199ab4fd2d5 healthcheck_instruction_missing
"""
KICS = dict(zip(_KICS.split()[::2], _KICS.split()[1::2], strict=True))

_DCLINT = """
    invalid-schema invalid-yaml no-build-and-image no-duplicate-container-names no-duplicate-exported-ports
    no-quotes-in-volumes no-unbound-port-interfaces no-version-field require-project-name-field require-quotes-in-ports
    service-container-name-regex service-dependencies-alphabetical-order service-image-require-explicit-tag
    service-keys-order service-ports-alphabetical-order services-alphabetical-order top-level-properties-order
"""
DCLINT = frozenset(_DCLINT.split())
