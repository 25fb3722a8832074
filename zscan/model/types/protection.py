"""Facets about encryption, keys, secrets, logging and the care of data."""

from zscan.model.vocabulary import Bool, Facet, Fact, Int, ListOf, Record, Str

FACETS = (
    Facet(
        "encryption",
        "Protection of data at rest and between the asset's own parts.",
        {
            "at_rest": Fact(Bool, "Stored data is encrypted."),
            "customer_key": Fact(Bool, "Stored data is encrypted with a key that the customer names."),
            "capture_customer_key": Fact(Bool, "Captured requests and answers are encrypted with a key that the customer names."),
            "output_customer_key": Fact(Bool, "What the asset writes is encrypted with a key that the customer names."),
            "hardware_key_only": Fact(Bool, "Its disks are encrypted by the hardware, with keys that no customer can choose."),
            "internal_traffic": Fact(Bool, "Traffic between the asset's own nodes is encrypted."),
        },
    ),
    Facet(
        "key",
        "A cryptographic key.",
        {
            "customer_managed": Fact(Bool, "The customer, not the provider, manages the key."),
            "enabled": Fact(Bool, "The key can be used."),
            "pending_deletion": Fact(Bool, "The key is scheduled for deletion."),
            "rotation_enabled": Fact(Bool, "The key material rotates on its own."),
            "rotation_days": Fact(Int, "Days between rotations, when it rotates."),
        },
    ),
    Facet(
        "secrets",
        "Credentials that the asset's own settings hold.",
        {
            "literals": Fact(
                ListOf(Record({"name": Str, "where": Str}, key="name")),
                "Settings whose value is a credential in plain text. The value itself is never kept.",
            ),
            "defaults": Fact(
                ListOf(Record({"name": Str, "where": Str}, key="name")),
                "Settings that hold a credential known from a product's documentation or examples.",
            ),
            "in_instructions": Fact(Bool, "Instructions or prompts hold a credential in plain text."),
            "customer_held": Fact(Bool, "The credential lies in a secret store that the customer controls."),
        },
    ),
    Facet(
        "logging",
        "Records of use.",
        {
            "invocations": Fact(Bool, "Every model call is recorded."),
            "bodies": Fact(Bool, "Prompts and answers of the text modality are part of the record."),
            "captured": Fact(Bool, "A sample of the endpoint's requests and answers is kept for quality and abuse analysis."),
            "capture_complete": Fact(Bool, "Both requests and answers are captured."),
            "conversations": Fact(Bool, "What users write and what they are answered is recorded."),
            "service_log": Fact(Bool, "The log that the service keeps of the asset's work reaches the customer."),
            "audit": Fact(Bool, "Tool and gateway calls leave an audit record."),
            "telemetry": Fact(Bool, "Traces or metrics are exported."),
            "monitored": Fact(Bool, "A scheduled check compares its traffic or answers with a baseline."),
        },
    ),
    Facet(
        "store",
        "A place where data lies.",
        {
            "public": Fact(Bool, "Everybody on the internet may read or write it."),
            "public_blocked": Fact(Bool, "Every public grant is blocked whatever the policy says."),
            "versioned": Fact(Bool, "Overwritten and deleted data is kept as versions."),
            "tls_only": Fact(Bool, "Requests without TLS are refused."),
            "access_logged": Fact(Bool, "Reads and writes are logged."),
            "foreign_accounts": Fact(ListOf(Str), "Accounts other than its own that its policy lets in."),
            "deletion_protected": Fact(Bool, "It cannot be deleted before a protection is taken off."),
            "named_principals": Fact(Bool, "Its own policy lets in named principals only: no pattern, not everybody."),
            "actions_limited": Fact(Bool, "Its own policy hands out named actions, never all of them."),
        },
    ),
    Facet(
        "data",
        "Care of the data that the asset keeps.",
        {
            "deleted_with_source": Fact(Bool, "Derived data, such as embeddings, goes when its source goes."),
            "scope_limited": Fact(Bool, "Only a stated part of the source is read."),
            "owner_pinned": Fact(Bool, "The account that must own the storage is named."),
            "retention_days": Fact(Int, "Days after which it is removed; 0 means never."),
            "output_redacted": Fact(Bool, "Personal data is taken out of what it puts out."),
            "uploads_allowed": Fact(Bool, "Users may hand it files during a conversation."),
            "download_allowed": Fact(Bool, "Users may copy results out of the interactive tool."),
            "user_separated": Fact(Bool, "What belongs to different users or sessions is kept apart."),
        },
    ),
    Facet(
        "governance",
        "Who answers for the asset and what it is for, as its tags or labels state.",
        {
            "owner": Fact(Bool, "An owner is named."),
            "environment": Fact(Bool, "The environment is named."),
            "classification": Fact(Bool, "The class of its data is named."),
        },
    ),
    Facet(
        "volume",
        "A storage class or a claim on one.",
        {"encrypted": Fact(Bool, "Its storage class encrypts data.")},
    ),
)
