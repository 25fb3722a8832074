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
            "private_registry": Fact(Bool, "Images are pulled over a private path."),
        },
    ),
)
