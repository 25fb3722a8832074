"""Facets about what watches over AI and records what it does: audit trails, detectors, alarms, log stores, budgets."""

from zscan.model.vocabulary import Bool, Date, Facet, Fact

FACETS = (
    Facet(
        "audit",
        "The record of calls to the provider's API.",
        {
            "everywhere": Fact(Bool, "Management calls, those that read and those that change, are recorded in every region."),
            "tamper_evident": Fact(Bool, "A change of recorded files can be found out afterwards."),
            "ai_calls": Fact(Bool, "Calls of agents and knowledge bases, which are no management calls, are recorded in every region."),
            "guardrail_calls": Fact(Bool, "Every evaluation by a guardrail is recorded in every region."),
        },
    ),
    Facet(
        "watch",
        "Services of an account and region that notice what goes wrong.",
        {
            "threats": Fact(Bool, "A threat detector analyses the account's activity."),
            "ai_threats": Fact(Bool, "The detector looks at the use of AI too."),
            "abuse_alarm": Fact(Bool, "Somebody is told when a metric of AI use leaves its bounds."),
            "changes": Fact(Bool, "Every change of the settings of AI resources is recorded."),
        },
    ),
    Facet(
        "cost",
        "Limits on what an account may spend.",
        {
            "budgeted": Fact(Bool, "A budget covers what AI costs."),
            "reported": Fact(Bool, "Somebody is told when such a budget is used up."),
        },
    ),
    Facet(
        "records",
        "A place where records are kept.",
        {
            "masked": Fact(Bool, "Personal data in the records is found and masked."),
            "forwarded": Fact(Bool, "The records are passed on to a place that watches many accounts."),
            "deletion_protected": Fact(Bool, "The place cannot be deleted before the protection is taken off."),
        },
    ),
    Facet(
        "repository",
        "A repository of images.",
        {
            "tags_fixed": Fact(Bool, "A tag cannot be moved to another image."),
            "scanned": Fact(Bool, "Images are examined for known weaknesses, at least when they arrive."),
        },
    ),
    Facet(
        "code",
        "The code of a function.",
        {
            "signed_only": Fact(Bool, "Code without a trusted signature is refused."),
            "scanned": Fact(Bool, "Code and packages are examined for known weaknesses."),
            "runtime_ends": Fact(Date, "When the provider stops to maintain the language runtime."),
        },
    ),
    Facet(
        "credential",
        "A stored credential.",
        {
            "rotates": Fact(Bool, "It is changed on a schedule, without anybody's doing."),
            "changed": Fact(Date, "When it was last changed."),
        },
    ),
)
