"""Facets about the hosts, containers and jobs that AI runs in."""

from zscan.model.vocabulary import Bool, Date, Facet, Fact, Int, ListOf, Record, Str

FACETS = (
    Facet(
        "workload",
        "The process environment of the asset.",
        {
            "root": Fact(Bool, "Its processes run as root, or its users can become root."),
            "privileged": Fact(Bool, "A container has the rights of its host."),
            "privilege_escalation": Fact(Bool, "A process may gain more rights than its parent."),
            "added_capabilities": Fact(ListOf(Str), "Kernel capabilities beyond the default set."),
            "capabilities_dropped": Fact(Bool, "The default kernel capabilities are taken away."),
            "seccomp": Fact(Bool, "System calls are filtered."),
            "read_only_root": Fact(Bool, "The root file system cannot be written."),
            "host_namespaces": Fact(Bool, "It shares the host's network, process or IPC namespace."),
            "host_paths": Fact(
                ListOf(Record({"name": Str, "path": Str, "runtime_socket": Bool}, key="name")),
                "Directories of the host that it mounts; `runtime_socket` marks the container runtime's control socket.",
            ),
            "limits": Fact(Bool, "CPU and memory are bounded for every container."),
            "sandboxed": Fact(Bool, "It runs in a sandboxed runtime (gVisor, Kata or the like)."),
            "default_namespace": Fact(Bool, "It lives in the cluster's default or system namespace."),
            "gpu_unscoped": Fact(Bool, "It sees every accelerator of the host instead of the ones it asked for."),
            "runs_generated_code": Fact(Bool, "Its purpose is to run code that a model or a user wrote."),
        },
    ),
    Facet(
        "host",
        "A managed host of interactive or batch work.",
        {
            "platform_supported": Fact(Bool, "The provider still supports its platform version."),
            "shell_access": Fact(Bool, "An interactive way into the host is open for operators."),
            "idle_minutes": Fact(Int, "Minutes of idleness after which it stops; 0 means never."),
            "containers_unrestricted": Fact(Bool, "Users may start containers without the network limits of the platform."),
            "user_identity_recorded": Fact(Bool, "Actions are attributed to the person, not to a shared role."),
            "auto_update": Fact(Bool, "Updates of its platform are installed on a schedule, without a person."),
        },
    ),
    Facet(
        "training",
        "A training or tuning run.",
        {"nodes": Fact(Int, "How many machines take part."), "isolated": Fact(Bool, "Its containers have no network of their own.")},
    ),
    Facet(
        "inference",
        "A model container.",
        {"isolated": Fact(Bool, "Its containers have no network of their own.")},
    ),
    Facet(
        "availability",
        "What happens when a machine fails.",
        {
            "redundant": Fact(Bool, "At least two machines serve, or the platform provides as many as are needed."),
            "self_healing": Fact(Bool, "Failed machines are replaced without a person."),
        },
    ),
    Facet(
        "rollout",
        "How the last change went out.",
        {
            "gradual": Fact(Bool, "A part of the traffic or of the machines was moved first."),
            "rollback_alarms": Fact(Bool, "Named alarms undo a change that goes wrong."),
        },
    ),
    Facet(
        "lifecycle",
        "Whether the asset is in use.",
        {
            "running": Fact(Bool, "It runs."),
            "changed_at": Fact(Date, "When it was last changed, started or stopped."),
        },
    ),
)
