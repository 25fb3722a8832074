"""What a principal can do when all policies are taken together: its own, its organisation's, and those of roles within its reach."""

from zscan.model.vocabulary import Facet, Fact, ListOf, Str

FACETS = (
    Facet(
        "identity.effective",
        "What the principal can do in effect, by every layer of policies and through the roles that it may become.",
        {
            "escalation_path": Fact(
                ListOf(Str), "The steps by which it comes to every right there is, its own policies included; empty when there is no way."
            ),
        },
    ),
)
