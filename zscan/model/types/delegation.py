"""Facets about what surrounds agents: how they prove themselves outward, the sandboxes they use, the registries that list them."""

from zscan.model.vocabulary import Bool, Enum, Facet, Fact, ListOf, Str

PROOFS = ("platform_identity", "user_token", "client_token", "static_key", "caller_token", "caller_identity")

FACETS = (
    Facet(
        "delegation",
        "With what an agent or tool proves itself to what it calls.",
        {
            "proofs": Fact(
                ListOf(Enum(PROOFS)),
                "`platform_identity`: its own role; `user_token`, `client_token`: an OAuth token for the user, or for the program; "
                "`static_key`: a key that does not expire; `caller_token`, `caller_identity`: what the caller sent is handed on.",
            ),
            "scopes_named": Fact(Bool, "OAuth tokens are asked for with named scopes, none of them a wildcard."),
            "credential_in_url": Fact(Bool, "A credential travels in the query string."),
            "headers": Fact(ListOf(Str), "Request headers of the caller that are handed on, in lower case."),
            "return_urls_fixed": Fact(Bool, "After a user's consent, tokens return only to named HTTPS addresses without wildcards."),
        },
    ),
    Facet(
        "sandbox",
        "A managed browser or code interpreter of agents.",
        {"recorded": Fact(Bool, "Its sessions are recorded.")},
    ),
    Facet(
        "catalogue",
        "A catalogue of agents and tool servers.",
        {
            "approval_required": Fact(Bool, "A person approves an entry before others find it."),
            "detects": Fact(Bool, "It finds agents and gateways on its own, whether or not somebody enters them."),
        },
    ),
    Facet(
        "monitor",
        "A running check of live AI.",
        {"running": Fact(Bool, "It is switched on, looks at a part of the traffic, and has something to look for.")},
    ),
)
