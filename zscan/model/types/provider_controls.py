"""Facets of control assets that bind callers or the provider: enforced guardrails, use and retention of content."""

from zscan.model.vocabulary import Bool, Facet, Fact, ListOf, Record, Str

FACETS = (
    Facet(
        "enforcement",
        "Guardrails that callers cannot leave out.",
        {
            "configured": Fact(Bool, "The account itself enforces one in the scope."),
            "regions": Fact(ListOf(Str), "Regions in which the policy enforces one."),
            "policies": Fact(
                ListOf(Record({"name": Str, "all_models": Bool, "all_content": Bool}, key="name")),
                "What is enforced: `all_models` when no model is left out, `all_content` when callers cannot mark what is screened.",
            ),
        },
    ),
    Facet(
        "provider_use",
        "What the provider may do with prompts and answers beyond serving the call.",
        {
            "training_opted_out": Fact(Bool, "No AI service may use them to improve itself."),
            "nothing_retained": Fact(Bool, "A setting rules out, for every model, that they are stored after the call."),
        },
    ),
)
