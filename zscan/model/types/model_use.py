"""Facets about how models are used: through which routes, inside which flows, how long they live and what was measured of them."""

from zscan.model.vocabulary import Bool, Facet, Fact, ListOf, Record, Str

FACETS = (
    Facet(
        "flow",
        "An orchestrated sequence of prompts, retrievals and tools.",
        {
            "model_nodes": Fact(
                ListOf(Record({"name": Str, "guarded": Bool}, key="name")),
                "Its steps that call a model, in every version that can be called: `guarded` when a guardrail is attached to the step.",
            ),
            "prompts": Fact(
                ListOf(Record({"name": Str, "managed": Bool, "version_fixed": Bool}, key="name")),
                "Its prompts: `managed` when taken from a catalogue, `version_fixed` when in a numbered version.",
            ),
            "inline_code": Fact(Bool, "It holds code of its own between its steps."),
        },
    ),
    Facet(
        "routing",
        "Where calls through the asset are answered.",
        {
            "regions": Fact(ListOf(Str), "Regions that may answer; `any` where the provider chooses freely."),
            "leaves_geography": Fact(Bool, "Calls may be answered in another part of the world than the asset's own."),
        },
    ),
    Facet(
        "support",
        "How long the provider keeps something up.",
        {"active": Fact(Bool, "The provider has not announced its end.")},
    ),
    Facet(
        "evaluation",
        "A measurement of models.",
        {
            "completed": Fact(Bool, "It came to its end."),
            "metrics": Fact(ListOf(Str), "Names of what was measured."),
        },
    ),
    Facet(
        "quality",
        "What is known of a model's behaviour.",
        {"safety_evaluated": Fact(Bool, "A finished evaluation of it measured harmful output or robustness.")},
    ),
)
