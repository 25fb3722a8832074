"""Facets about agents and the tools they call."""

from zscan.model.vocabulary import Bool, Facet, Fact, Int, ListOf, Record, Str

FACETS = (
    Facet(
        "agent",
        "An agent's own settings.",
        {
            "instructed": Fact(Bool, "It has instructions."),
            "tools": Fact(
                ListOf(Record({"name": Str, "enabled": Bool, "confirmed": Bool, "high_risk": Bool}, key="name")),
                "Tools it may call: `confirmed` when a person must agree first, `high_risk` for shells, computer use and code execution.",
            ),
            "tools_named": Fact(Bool, "It is given named tools, not whatever a server offers."),
            "session_seconds": Fact(Int, "Seconds after which an idle session ends; 0 means never."),
            "prompt_overridden": Fact(Bool, "The platform's orchestration prompt or parser is replaced."),
            "history_relayed": Fact(Bool, "It hands the whole conversation to the agents it works with."),
            "namespaces_open": Fact(Bool, "Agents of every namespace may call it."),
            "max_steps": Fact(Int, "Reasoning steps after which one run ends; 0 means never."),
            "tokens_bounded": Fact(Bool, "The tokens that one run may spend are limited."),
            "elevated": Fact(Bool, "It holds tools or an identity for changing systems, beyond those for looking at them."),
        },
    ),
    Facet(
        "tool",
        "A tool server's or a tool client's settings.",
        {
            "pinned": Fact(Bool, "What it starts is an exact version."),
            "allow_all_policy": Fact(Bool, "Its authorization policy permits every principal every action."),
            "permission_profile": Fact(Bool, "A profile limits its file and network access."),
            "rate_limited": Fact(Bool, "Calls are rate-limited."),
            "listing_fixed": Fact(Bool, "Its tools are listed ahead of time, not asked from a remote server at each call."),
            "errors_exposed": Fact(Bool, "Callers are told details of internal errors."),
        },
    ),
)
