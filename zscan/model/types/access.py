"""Facets about identities: what they are, what they were granted, who may become them, and which one an asset uses."""

from zscan.model.vocabulary import Bool, Date, Enum, Facet, Fact, Int, ListOf, Record, Str

FACETS = (
    Facet(
        "identity",
        "A principal.",
        {
            "kind": Fact(Enum(("role", "user", "group", "service_account", "permission_set")), "What sort of principal it is."),
            "is_default": Fact(Bool, "It is the one that the platform assigns when none is named."),
            "boundary": Fact(Bool, "A permission boundary caps what it may do."),
            "token_mounted": Fact(Bool, "Its token is put into every workload that runs as it."),
            "people": Fact(Bool, "People sign in as it, or may take it on, with credentials that the account itself gave them."),
            "federated": Fact(Bool, "People whom an identity provider signs in may take it on."),
            "session_seconds": Fact(Int, "Seconds that a session as it lasts at most."),
            "idle_since": Fact(Date, "When it was last used; when it was made, if it never was."),
            "standing": Fact(Bool, "People hold its rights, or the leave to take them on, without an end date."),
        },
    ),
    Facet(
        "identity.granted",
        "What the principal's own policies hand out, boundary and groups included; denies of the organisation are not counted.",
        {
            "admin": Fact(Bool, "Every action on every resource."),
            "wildcard_service": Fact(Bool, "Every action of a whole service on every resource."),
            "invoke_any_model": Fact(Bool, "Calls of every model, not of named ones."),
            "invoke_models": Fact(Bool, "Calls of some model."),
            "change_guardrails": Fact(Bool, "Changes of guardrails or of model-invocation logging."),
            "pass_any_role": Fact(Bool, "Handing any role to a service."),
            "read_any_secret": Fact(Bool, "Reading every secret."),
            "escalate": Fact(Bool, "Rights by which it can give itself more rights, or act inside other workloads."),
            "full_ai_access": Fact(Bool, "A provider's full-access policy for an AI service."),
            "mint_sign_in_links": Fact(Bool, "Minting sign-in links to every studio or notebook, with no condition on place or person."),
            "issue_keys": Fact(Bool, "Making or reading long-lived keys of AI services."),
        },
    ),
    Facet(
        "identity.trust",
        "Who may become the principal.",
        {
            "anyone": Fact(Bool, "Every account may, with no condition."),
            "foreign_accounts": Fact(ListOf(Str), "Accounts other than its own that may."),
            "external_id_missing": Fact(Bool, "A foreign account may without an external id."),
            "unpinned_ai_service": Fact(Bool, "An AI service may on behalf of any account: no source account or source ARN is demanded."),
        },
    ),
    Facet(
        "credentials",
        "What somebody proves who signs in as a principal.",
        {
            "keys": Fact(
                ListOf(Record({"name": Str, "ai": Bool, "active": Bool, "lifetime_days": Int}, key="name")),
                "Long-lived keys: `ai` when a key opens nothing but an AI service, `lifetime_days` from its making to its end (0: no end).",
            ),
            "second_factor": Fact(Bool, "People who sign in or take it on have to show a second factor."),
        },
    ),
    Facet(
        "principal",
        "The identity that the asset itself runs as.",
        {
            "assigned": Fact(Bool, "It runs as an identity chosen for it, not as the platform's default."),
            "shared": Fact(Bool, "Another asset of its kind runs as the same identity."),
            "token_mounted": Fact(Bool, "Credentials for the cluster's own API are put into it."),
            "static_cloud_keys": Fact(Bool, "It carries long-lived cloud access keys."),
        },
    ),
    Facet(
        "workspace",
        "A place where one person, or several, work.",
        {"personal": Fact(Bool, "It belongs to one person and is shared with nobody.")},
    ),
    Facet(
        "sharing",
        "What the asset's own policy says about others.",
        {
            "public": Fact(Bool, "Its policy lets everybody in, with no condition that narrows it."),
            "foreign_accounts": Fact(ListOf(Str), "Accounts other than its own that its policy lets in."),
        },
    ),
)
