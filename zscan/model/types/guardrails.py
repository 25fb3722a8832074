"""Facets about the content controls in front of models."""

from zscan.model.vocabulary import Bool, Enum, Facet, Fact, Int, ListOf, Record, Str

STRENGTHS = ("none", "low", "medium", "high")
ACTIONS = ("none", "detect", "mask", "block")

FACETS = (
    Facet(
        "guard",
        "The content controls that stand in front of the asset.",
        {
            "attached": Fact(Bool, "A guardrail is attached."),
            "version_fixed": Fact(Bool, "The guardrail is used in a numbered version, not as a draft."),
            "fails_closed": Fact(Bool, "When the control is down, traffic stops."),
            "tool_inputs": Fact(Bool, "What goes to tools passes a check that can stop it."),
            "tool_outputs": Fact(Bool, "What comes back from tools passes a check that can stop it."),
        },
    ),
    Facet(
        "guardrail",
        "A guardrail's own content.",
        {
            "ready": Fact(Bool, "It can be used."),
            "filters": Fact(
                ListOf(
                    Record(
                        {
                            "type": Str,
                            "input_strength": Enum(STRENGTHS),
                            "output_strength": Enum(STRENGTHS),
                            "input_action": Enum(ACTIONS),
                            "output_action": Enum(ACTIONS),
                        },
                        key="type",
                    )
                ),
                "Harm filters: `hate`, `insults`, `sexual`, `violence`, `misconduct`, `prompt_attack`.",
            ),
            "personal_data": Fact(
                ListOf(Record({"type": Str, "input_action": Enum(ACTIONS), "output_action": Enum(ACTIONS)}, key="type")),
                "Kinds of personal data, and patterns, that it looks for.",
            ),
            "denied_topics": Fact(Int, "How many topics are forbidden."),
            "profanity_filter": Fact(Bool, "Profanity is filtered."),
            "words": Fact(Int, "How many words of the customer's own are filtered."),
            "grounding": Fact(Bool, "Answers are checked for support by their sources."),
            "reasoning": Fact(Bool, "Answers are checked against formal rules."),
            "images_covered": Fact(Bool, "Its harm filters look at images as well as text."),
            "languages_covered": Fact(Bool, "Its filters are made for many languages, not for a few."),
            "links_filtered": Fact(Bool, "Addresses of the web are stopped or masked."),
        },
    ),
)
