"""The one redactor: secret-like values are replaced on receipt, before journal, shape or any output sees them.

Two ways to recognise a secret: a known token format anywhere in a string, or a literal under a name that says it is a secret. References
(`${VAR}`, `$(VAR)`, `{{ … }}`, `os.environ/…`, ARNs, `secretKeyRef`) and empty values are not secrets.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from zscan.model.redacted import marker, redacted_pattern

_TOKENS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("private-key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"),
        ("anthropic-key", r"\bsk-ant-[A-Za-z0-9_-]{16,}"),
        ("openai-key", r"\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{20,}"),
        ("huggingface-token", r"\bhf_[A-Za-z0-9]{20,}"),
        ("nvidia-key", r"\bnvapi-[A-Za-z0-9_-]{20,}"),
        ("github-token", r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})"),
        ("gitlab-token", r"\bglpat-[A-Za-z0-9_-]{16,}"),
        ("slack-token", r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
        ("aws-access-key", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
        ("google-api-key", r"\bAIza[A-Za-z0-9_-]{30,}"),
        ("jwt", r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
        ("bearer-token", r"\b(?:Bearer|Basic) +(?=[A-Za-z._~+/=-]*[0-9])[A-Za-z0-9._~+/=-]{20,}"),
        ("url-password", r"(?<=://)[^\s/:@]*:(?!\$)[^\s/@{}$]+(?=@)"),
    )
)
# What each pattern above, and a secret-naming flag, cannot do without: most texts hold none of it, and one search tells.
_HINT = re.compile(
    r"-----BEGIN|sk-|hf_|nvapi-|gh[pousr]_|github_pat_|glpat-|xox|AKIA|ASIA|AIza|eyJ|Bearer|Basic|://|api-key|token|password|secret",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?i)(?:api[_-]?key|access[_-]?key|secret|passw(?:or)?d|passphrase|credential|private[_-]?key|auth[_-]?token|bearer|"
    r"(?:^|[_-])token$|(?:^|[_-])pat$|master[_-]?key|salt[_-]?key|encryption[_-]?key|client[_-]?secret)"
)
_NOT_SECRET_NAME = re.compile(
    r"(?i)(?:_?(?:arn|name|names|ref|refs|id|ids|path|file|dir|url|uri|endpoint|type|mode|enabled|ttl|expiry|version|manager|namespace|mount|count|"
    r"algorithm|policy|required|length|size|limit|limits|location|source|hours|minutes|seconds|days|port)|max[_-]?tokens?)$|KmsKey|PublicKey|keyId"
)
_REFERENCE = re.compile(
    r"^\s*$|^\$|\$\{|\$\(|\{\{|^os\.environ/|^arn:|^(?:true|false|null|none|yes|no|on|off|auto)$|^[<\[{].*[>\]}]$|^\d{1,5}$|^(?:vault|env|file|ref|secret|sm|ssm|azurekv|gcpsm)[:+]",
    re.IGNORECASE,
)
_KNOWN_DEFAULTS = frozenset(
    [
        "minioadmin",
        "password",
        "password1234!",
        "password1234",
        "admin",
        "admin123",
        "mysecret",
        "changeme",
        "infini_rag_flow",
        "postgres",
        "sk-1234",
        "sk-12345",
        "secret",
        "default",
        "test",
        "letmein",
        "difyai123456",
        "root",
        "guest",
        "langfuse",
        "ragflow",
    ]
)
_SECRET_FLAG = re.compile(r"^--?[a-z-]*(?:api-key|token|password|secret)$", re.IGNORECASE)
_PAIRS = (("name", "value"), ("Name", "Value"), ("Key", "Value"), ("key", "value"))
_FLAG = re.compile(r"(--?(?:[a-z-]*(?:api-key|token|password|secret))(?:=|\s+))(?![\s$<{])([^\s'\"]+)", re.IGNORECASE)


# Members that pack a whole text into a string: scripts (as they are, or in base64) and definitions in JSON.
_PACKED = frozenset({"Content", "StudioLifecycleConfigContent", "PipelineDefinition", "PipelineDefinitionBody"})
_ASSIGNMENT = re.compile(r"([A-Za-z_][\w-]*)(['\"]?\s?[=:](?!=)\s?['\"]?)((?<=\")[^\"\n]+|(?<=')[^'\n]+|[^\s'\"#;,(){}\[\]`]++(?![(\[`]))")
_CLI_SECRET = re.compile(r"(\baws_secret_access_key\s+)()([^\s'\"$]+)")


def redact(value: Any) -> Any:
    """`value` with every secret-like string replaced by its marker. Positions and mapping types are kept: edits are in place."""
    return _redact(value, secret_name=False)


def redact_text(text: str) -> str:
    """Text with every known token format, and every literal after a secret-naming command-line flag, replaced."""
    if not _HINT.search(text):
        return text
    for name, pattern in _TOKENS:
        text = pattern.sub(lambda match, name=name: marker(name, len(match[0])), text)  # type: ignore[misc]  # name is bound per pattern
    return _FLAG.sub(lambda match: match[1] + (match[2] if "‹" in match[2] else marker("flag", len(match[2]))), text)


def redact_packed(text: str) -> str:
    """A text that may pack another one, with the secrets of both replaced. What packs no secret stays packed, as the provider gave it."""
    plain = redact_text(text)
    inner = _parsed(plain)
    if inner is not None:
        before = json.dumps(inner, ensure_ascii=False)
        after = json.dumps(redact(inner), ensure_ascii=False)
        return plain if after == before else after
    script = _decoded(plain)
    if script is None:
        return _redact_script(plain)
    after = _redact_script(redact_text(script))
    return plain if after == script else after


def _parsed(text: str) -> Any:
    """The structure that a JSON text stands for; None when it is none."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _decoded(text: str) -> str | None:
    """The text behind base64; None when the characters are not base64, or stand for no text."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def _redact_script(text: str) -> str:
    """A script with every literal replaced that is assigned to a name which says that it is a secret."""

    def replaced(match: re.Match[str]) -> str:
        name, sign, value = match.groups()
        literal = match.re is _CLI_SECRET or names_secret(name)
        if not literal or _REFERENCE.search(value) or "‹" in value:
            return match[0]
        return f"{name}{sign}{marker('known-default' if _is_known_default(value) else 'named-secret', len(value))}"

    return _CLI_SECRET.sub(replaced, _ASSIGNMENT.sub(replaced, text))


def names_secret(name: str) -> bool:
    """Whether a setting of this name holds a credential rather than a pointer to one."""
    return bool(_NAME.search(name)) and not _NOT_SECRET_NAME.search(name)


def _is_known_default(value: str) -> bool:
    """Whether a secret is known from a product's documentation or examples (an all-zero key counts)."""
    return value.strip().lower() in _KNOWN_DEFAULTS or set(value) == {"0"}


def _redact(value: Any, *, secret_name: bool) -> Any:
    if isinstance(value, str):
        text = redact_text(value)
        if secret_name and text == value and not _REFERENCE.search(value) and not redacted_pattern(value):
            return marker("known-default" if _is_known_default(value) else "named-secret", len(value))
        return type(value)(text) if text != value and type(value) is not str else text
    if isinstance(value, dict):
        pair = next(((k, v) for k, v in _PAIRS if isinstance(value.get(k), str) and isinstance(value.get(v), str)), None)
        for key in value:
            named = names_secret(str(key)) or (pair is not None and key == pair[1] and names_secret(value[pair[0]]))
            packed = key in _PACKED and isinstance(value[key], str)
            value[key] = redact_packed(value[key]) if packed else _redact(value[key], secret_name=named)
        return value
    if isinstance(value, list):
        for index, item in enumerate(value):
            after_flag = index > 0 and isinstance(value[index - 1], str) and bool(_SECRET_FLAG.match(value[index - 1]))
            value[index] = _redact(item, secret_name=secret_name or after_flag)
        return value
    if isinstance(value, Mapping | tuple):
        raise TypeError(f"redact expects plain data, found {type(value).__name__}")
    return value
