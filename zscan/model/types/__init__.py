"""The vocabulary of zscan: facets, asset types and relations. One file per group of facets: a module here with `FACETS` is one."""

import importlib
import pkgutil

from zscan.model.types.assets import TYPES
from zscan.model.types.relations import RELATIONS
from zscan.model.vocabulary import Facet, Vocabulary


def _facets() -> dict[str, Facet]:
    found: dict[str, Facet] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        for facet in getattr(importlib.import_module(f"{__name__}.{module.name}"), "FACETS", ()):
            if facet.name in found:
                raise ValueError(f"two modules declare the facet {facet.name!r}; the second is {module.name}")
            found[facet.name] = facet
    return found


VOCABULARY = Vocabulary(
    facets=_facets(),
    types={asset_type.name: asset_type for asset_type in TYPES},
    relations={relation.name: relation for relation in RELATIONS},
)
