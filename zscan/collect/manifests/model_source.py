"""Where a server takes its model from: whether the reference is fixed, how it is fetched, and what it may execute."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zscan.collect.manifests.containers import Container
from zscan.collect.manifests.sheet import Sheet
from zscan.model.document import Path
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, Unresolved, kleene_all, kleene_any

FACTS = frozenset(
    {
        "artefact.model_pinned",
        "artefact.model_transport_protected",
        "artefact.remote_code",
        "artefact.executable_format",
        "artefact.runtime_loading",
    }
)

_COMMIT = re.compile(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])|sha256[:-][0-9a-f]{64}")
_HUB_NAME = re.compile(r"^[\w.-]+/[\w.-]+$")
_SCHEME = re.compile(r"^([a-z0-9+.-]+)://?(?=[^/\s])", re.IGNORECASE)
_PROTECTED = frozenset(
    {"hf", "https", "s3", "gs", "gcs", "oci", "abfs", "abfss", "azureblob", "ngc", "modelscope", "r2", "wasbs", "kaggle", "https+az"}
)
_EXECUTABLE = re.compile(r"\.(?:pkl|pickle|pt|pth|joblib|ckpt|bin|mar)(?:$|[?#])", re.IGNORECASE)
_DATA_ONLY = re.compile(r"\.(?:safetensors|gguf|onnx|ggml|plan|engine)(?:$|[?#])", re.IGNORECASE)
_MODEL_FLAGS = (
    "--model",
    "--model-id",
    "--model-path",
    "--model-name-or-path",
    "--model-repository",
    "--model-store",
    "--hf-repo",
    "--hf-model",
    "--pretrained",
)
_MODEL_VARIABLES = (
    "MODEL_ID",
    "HF_MODEL_ID",
    "MODEL",
    "STORAGE_URI",
    "MODEL_REPO_ID",
    "LLM_MODEL_ID",
    "EMBEDDING_MODEL_ID",
    "MODEL_URL",
    "MODEL_NAME_OR_PATH",
    "OLLAMA_MODEL",
)
_REVISION = ("--revision", "REVISION", "MODEL_REVISION", "HF_REVISION")
_REMOTE_CODE = re.compile(r"trust[_-]remote[_-]code[\"']?\s*[=:]\s*[\"']?true", re.IGNORECASE)
_OFF = frozenset({"false", "0", "no", "off"})
_ON = frozenset({"true", "1", "yes", "on"})


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A reference to weights or adapters: the text as written and, for a hub name, the revision that stands beside it."""

    reference: str
    revision: str = ""
    path: Path = ()


def sources_of(container: Container) -> list[ModelSource]:
    """Models that a container's command line and variables name."""
    revision = container.flags.get("--revision", "") or next((v for n in _REVISION if (v := container.literal(n))), "") or ""
    found = [container.flags[flag] for flag in _MODEL_FLAGS if container.flags.get(flag)]
    words = container.words
    found += [
        words[i + 2] for i in range(len(words) - 2) if words[i] == "vllm" and words[i + 1] == "serve" and not words[i + 2].startswith("-")
    ]
    found += [words[i + 2] for i in range(len(words) - 2) if words[i] == "ollama" and words[i + 1] in {"pull", "run"}]
    found += [value for name in _MODEL_VARIABLES if (value := container.literal(name))]
    ollama = "ollama" in container.line
    return [
        ModelSource(f"ollama://{reference}" if ollama and "://" not in reference else reference, revision, container.path)
        for reference in dict.fromkeys(found)
    ]


def is_pinned(source: ModelSource) -> Truth:
    """Whether the reference can only ever mean the same bytes."""
    reference = source.reference
    if "$" in reference:
        return Unresolved(f"model {reference[:80]}")
    if _COMMIT.search(reference):
        return True
    scheme = _scheme(reference)
    if scheme in {"pvc", "file"} or (not scheme and reference.startswith(("/", "./", "../"))):
        return Unknown(Reason(ReasonCode.UNRESOLVED, "the model lies on a volume; what put it there is not stated"))
    if scheme == "hf" or (not scheme and _HUB_NAME.match(reference)):
        return bool(_COMMIT.search(source.revision))
    if not scheme:
        return Unresolved(f"model {reference[:80]}")
    return "versionid=" in reference.lower()


def is_protected(source: ModelSource) -> Truth:
    """Whether the weights travel over an authenticated or encrypted transport."""
    scheme = _scheme(source.reference)
    if scheme in _PROTECTED or (not scheme and _HUB_NAME.match(source.reference)) or scheme == "ollama":
        return True
    if scheme in {"http", "ftp"}:
        return False
    return Unknown(Reason(ReasonCode.UNRESOLVED, "how the model got to where it is read from is not stated"))


def _scheme(reference: str) -> str:
    match = _SCHEME.match(reference)
    return match[1].lower() if match else ""


def model_facts(sheet: Sheet, sources: Sequence[ModelSource], containers: Iterable[Container], formats: Sequence[str] = ()) -> None:
    """State the facts about models. `formats` are model formats that the resource itself names (sklearn, safetensors, …)."""
    places = tuple(dict.fromkeys(source.path for source in sources))
    missing = Unknown(Reason(ReasonCode.UNRESOLVED, "no model reference in the manifest"))
    sheet.put("artefact.model_pinned", kleene_all(is_pinned(s) for s in sources) if sources else missing, *places)
    sheet.put("artefact.model_transport_protected", kleene_all(is_protected(s) for s in sources) if sources else missing, *places)
    mains = [container for container in containers if not container.init]
    code = [container for container in mains if _remote_code(container)]
    sheet.put("artefact.remote_code", bool(code), *(c.path for c in code))
    sheet.put("artefact.executable_format", _executable(sources, mains, formats), *places)
    loading = [container for container in mains if _runtime_loading(container)]
    sheet.put("artefact.runtime_loading", bool(loading), *(c.path for c in loading))


def _remote_code(container: Container) -> bool:
    flag = container.flags.get("--trust-remote-code")
    if flag is not None and flag.lower() not in _OFF:
        return True
    if any(
        (container.literal(name) or "").lower() in _ON for name in ("TRUST_REMOTE_CODE", "HF_TRUST_REMOTE_CODE", "VLLM_TRUST_REMOTE_CODE")
    ):
        return True
    return bool(_REMOTE_CODE.search(container.line))


def _executable(sources: Sequence[ModelSource], containers: Sequence[Container], formats: Sequence[str]) -> Truth:
    stated = (*formats, *(c.flags["--load-format"] for c in containers if c.flags.get("--load-format")))
    answers = [_format(name.lower()) for name in stated]
    for source in sources:
        if _EXECUTABLE.search(source.reference):
            answers.append(True)
        elif _DATA_ONLY.search(source.reference):
            answers.append(False)
    return kleene_any(answers) if answers else Unknown(Reason(ReasonCode.UNRESOLVED, "the format of the model's files is not stated"))


def _format(name: str) -> Truth:
    if name in {"sklearn", "pickle", "pt", "npcache", "joblib", "pytorch", "pmml-pickle", "mlflow"}:
        return True
    if name in {
        "safetensors",
        "gguf",
        "onnx",
        "tensorrt",
        "sharded_state",
        "tensorizer",
        "runai_streamer",
        "openvino",
        "triton",
        "xgboost",
        "lightgbm",
        "pmml",
        "paddle",
    }:
        return False
    return Unknown(Reason(ReasonCode.UNRESOLVED, f"model format {name[:40]}"))


def _runtime_loading(container: Container) -> bool:
    if any((container.literal(name) or "").lower() in _ON for name in ("VLLM_ALLOW_RUNTIME_LORA_UPDATING", "VLLM_SERVER_DEV_MODE")):
        return True
    if container.flags.get("--model-control-mode", "none").lower() in {"explicit", "poll"}:
        return not (container.flags.get("--http-restricted-api") or container.flags.get("--grpc-restricted-protocol"))
    return False
