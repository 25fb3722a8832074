"""Products that AI runs on, as data: how a container shows which one it is, and which settings decide about sign-in.

A container is recognised by a score: an image name or a command counts 3, a variable that only this product has 2, a port, a label or an
accelerator request 1. From 3 on it is an AI asset. Image patterns are matched against the last parts of the repository.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from zscan.collect.manifests.containers import Container
from zscan.collect.manifests.images import Image
from zscan.collect.manifests.product import Product
from zscan.collect.manifests.product_table import PRODUCTS

ASSET_SCORE = 3
_IMAGE, _COMMAND, _VARIABLE, _HINT = 3, 3, 2, 1

# Names that contain a product's name and are something else: controllers, load generators, simulators, exporters, user interfaces.
_NOT_THE_SERVER = re.compile(
    r"controller|operator|bench|simulator|inference-sim|-exporter|-ui$|-ui-|gradio|device-plugin|gpu-operator|dcgm|client-load|"
    r"kube-rbac-proxy|oauth2-proxy|curl|busybox|kubectl|e2e-test"
)
_ACCELERATORS = re.compile(
    r"^(?:nvidia\.com/(?:gpu|mig-|pgpu)|amd\.com/gpu|gpu\.intel\.com/|habana\.ai/gaudi|aws\.amazon\.com/neuron|google\.com/tpu|huawei\.com/Ascend)"
)
_SERVICE_KEY = re.compile(
    r"^(?:OPENAI|ANTHROPIC|GEMINI|GOOGLE_AI|GOOGLE_GENAI|MISTRAL|COHERE|GROQ|AZURE_OPENAI|DEEPSEEK|TOGETHER|OPENROUTER|VOYAGE|PERPLEXITY|XAI)(?:_?AI)?_API_KEY$"
    r"|^(?:OPENAI|AZURE_OPENAI|LLM|ANTHROPIC|OLLAMA|VLLM)_(?:API_)?(?:BASE|BASE_URL|ENDPOINT|HOST|URL|API_BASE)$|^OPENAI_API_BASE(?:_URL)?S?$"
)
_AUTH_PROXY = re.compile(r"(?:^|/)(?:oauth2-proxy|kube-rbac-proxy|oauth-proxy|ose-oauth-proxy|vouch-proxy|pomerium|authelia|gatekeeper)$")


@dataclass(frozen=True, slots=True)
class Recognised:
    """Which product a set of containers runs (None: an AI workload of no known product), in which container, and how sure that is."""

    product: Product | None
    container: Container
    asset_type: str
    score: int
    strong: bool = True
    others: tuple[Product, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Hints:
    """What else speaks for AI: accelerators asked for, and labels that AI platforms put on pods."""

    accelerator: bool = False
    labelled: bool = False


def recognise(containers: Sequence[Container], hints: Hints | None = None) -> Recognised | None:
    """The AI product that the containers run, or None. The highest score wins, then the order of containers."""
    hints = hints or Hints()
    best: Recognised | None = None
    for container in containers:
        if container.init:
            continue
        found = _match(container, hints)
        if found is not None and (best is None or (found.strong, found.score) > (best.strong, best.score)):
            best = found
    return best


def is_accelerator(resource: str) -> bool:
    """Whether a resource name stands for an accelerator."""
    return bool(_ACCELERATORS.match(resource))


def is_auth_proxy(container: Container) -> bool:
    """Whether the container is a proxy that signs callers in."""
    return isinstance(container.image, Image) and bool(_AUTH_PROXY.search(container.image.repository))


def calls_ai_service(container: Container) -> bool:
    """Whether the container holds the key or address of an AI service."""
    return any(_SERVICE_KEY.match(name) for name in container.env)


def _match(container: Container, hints: Hints) -> Recognised | None:
    extra = _HINT * (hints.accelerator + hints.labelled)
    by_image = _by_image(container.image.repository) if isinstance(container.image, Image) else None
    best: tuple[int, Product] | None = None
    for product in PRODUCTS:
        score = _IMAGE if product is by_image else 0
        if product.command is not None and product.command.search(container.line):
            score += _COMMAND
        if any(name in container.env for name in product.variables):
            score += _VARIABLE
        if not score:
            continue
        score += _HINT * any(number in product.ports for _, number in container.ports)
        if best is None or score > best[0]:
            best = (score, product)
    if best is not None and best[0] + extra >= ASSET_SCORE and not _excluded(container):
        return Recognised(best[1], container, best[1].asset_type, best[0] + extra, strong=not best[1].weak)
    if calls_ai_service(container) and not _excluded(container):
        return Recognised(None, container, "ai_client", ASSET_SCORE)
    return None


def _excluded(container: Container) -> bool:
    return isinstance(container.image, Image) and bool(_NOT_THE_SERVER.search(container.image.repository.rpartition("/")[2]))


@lru_cache(maxsize=4096)
def _by_image(repository: str) -> Product | None:
    tail = "/".join(repository.split("/")[-3:])
    for product in PRODUCTS:
        if product.image is not None and product.image.search(tail):
            return product
    return None
