"""Facets of control assets: settings of an account, a project or a region that stand for themselves."""

from zscan.model.vocabulary import Bool, Facet, Fact

FACETS = (
    Facet(
        "scope",
        "What is known of the scope that a control governs.",
        {"ai_in_use": Fact(Bool, "AI is used in the scope: an AI asset was seen, or its usage was measured.")},
    ),
    Facet(
        "review",
        "How access in a scope is reviewed.",
        {
            "access_analysed": Fact(
                Bool, "An analyser looks at who has access all the time, and reports what is unused or open to outsiders."
            )
        },
    ),
)
