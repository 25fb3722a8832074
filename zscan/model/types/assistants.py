"""Facets of assistants for people, and of what assets connect to outside."""

from zscan.model.vocabulary import Bool, Facet, Fact, Str

FACETS = (
    Facet(
        "assistant",
        "What an assistant offers to its users.",
        {
            "general_knowledge": Fact(Bool, "It may answer from what the model knows, not only from the organisation's documents."),
            "user_built_apps": Fact(Bool, "Its users may build applications on it and share them."),
            "personalized": Fact(Bool, "It uses what it knows of a person to shape that person's answers."),
        },
    ),
    Facet(
        "connection",
        "How the asset reaches the store, source or product behind it.",
        {
            "external": Fact(Bool, "The other end is run by another company, or is the open web."),
            "product": Fact(Str, "The kind of the other end in small letters, such as `confluence` or `pinecone`."),
            "address": Fact(Str, "The address of an external other end; empty where there is none."),
            "private": Fact(Bool, "Traffic to the other end does not cross the public internet."),
            "shared_key": Fact(Bool, "It signs in with a stored password or API key, not with an identity of its own or expiring tokens."),
            "anonymous": Fact(Bool, "It signs in with nothing."),
        },
    ),
)
