"""Facets about what an asset is built from: images, weights, packages."""

from zscan.model.vocabulary import Bool, Facet, Fact, ListOf, Record, Str

FACETS = (
    Facet(
        "artefact",
        "The images and model files that the asset runs.",
        {
            "images": Fact(
                ListOf(Record({"name": Str, "image": Str, "pinned": Bool, "floating": Bool}, key="name")),
                "Container images: `pinned` by digest; `floating` when the tag is meant to move (latest, main, none).",
            ),
            "model_pinned": Fact(Bool, "The model is named by an immutable revision, digest or object version."),
            "model_transport_protected": Fact(Bool, "Weights are fetched over an authenticated or encrypted transport."),
            "remote_code": Fact(Bool, "Code that comes with the model is executed on load."),
            "executable_format": Fact(Bool, "A model file has a format that can execute code on load (pickle and its kin)."),
            "runtime_loading": Fact(Bool, "Callers may load other models or adapters at run time."),
            "marketplace": Fact(Bool, "The model is another company's product, taken from a marketplace."),
            "own_registry": Fact(Bool, "Every image lies in a registry of the asset's own account."),
            "private_registry": Fact(Bool, "Images are pulled over a private path."),
        },
    ),
    Facet(
        "release",
        "How a model came to be released.",
        {
            "registered": Fact(Bool, "The model files that it loads come from a version in a model registry."),
            "approved": Fact(Bool, "Somebody approved this version for use."),
            "checked": Fact(Bool, "The registry's own checks of images and behaviour were not skipped, and none failed or is open."),
            "documented": Fact(Bool, "A model card with the state approved describes it."),
            "traceable": Fact(Bool, "Its record names the code, the run or the source that it came from."),
        },
    ),
    Facet(
        "product",
        "Software of a third party that the provider runs for the customer.",
        {"kind": Fact(Str, "Which product it is, in the provider's words.")},
    ),
)
