"""What a workload's settings say of its connections: unencrypted back ends, unverified certificates, its own TLS, exporters, cloud keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from zscan.collect.manifests.containers import Container
from zscan.collect.manifests.fields import mapping, text
from zscan.collect.manifests.product import Product
from zscan.collect.manifests.sheet import Sheet
from zscan.model.document import Path
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, Unresolved

FACTS = frozenset(
    {
        "network.cleartext_backends",
        "network.tls_verification_off",
        "network.cors_any_origin",
        "logging.telemetry",
        "principal.static_cloud_keys",
    }
)

_CLEARTEXT = re.compile(r"^(?:http|ws|lm|tcp|ftp)://", re.IGNORECASE)
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", "host.docker.internal", ""})  # noqa: S104 (compared, not bound)
_BACKEND = re.compile(
    r"OPENAI|LLM|MODEL|OLLAMA|VLLM|TGI|TEI|EMBED|RERANK|MCP|AGENT|QDRANT|WEAVIATE|CHROMA|MILVUS|VECTOR|ELASTIC|OPENSEARCH|OTEL|OTLP|LANGFUSE|PHOENIX|MLFLOW|"
    r"INFERENCE|ENDPOINT|BASE_?URL|API_?BASE|BACKEND|MINIO|S3|NIM|RAY_|GATEWAY|SERVER_?URL|SERVICE_?URL|REMOTE_?URL|STORAGE_?URI",
    re.IGNORECASE,
)
_NOT_BACKEND = re.compile(
    r"PROXY|NEXTAUTH|PUBLIC|ORIGIN|CORS|FRONTEND|CALLBACK|REDIRECT|HOMEPAGE|DOCS|REFERER|SITE_URL|NO_PROXY", re.IGNORECASE
)
_UNVERIFIED = (
    ("NODE_TLS_REJECT_UNAUTHORIZED", ("0",)),
    ("PYTHONHTTPSVERIFY", ("0",)),
    ("GIT_SSL_NO_VERIFY", ("1", "true")),
    ("SSL_VERIFY", ("false", "0", "no")),
    ("VERIFY_SSL", ("false", "0", "no")),
    ("AIOHTTP_CLIENT_SESSION_SSL", ("false", "0")),
    ("S3_VERIFY_SSL", ("0", "false")),
    ("MLFLOW_TRACKING_INSECURE_TLS", ("true", "1")),
)
_UNVERIFIED_FLAG = re.compile(
    r"^--(?:insecure|insecure-skip-(?:tls-)?verify|no-verify-ssl|skip-tls-verify|disable-tls-verify|no-check-certificate)$"
)
_UNVERIFIED_FIELD = {
    "insecureSkipVerify": True,
    "insecureSkipTLSVerify": True,
    "disableVerify": True,
    "insecureAllowHTTP": True,
    "insecure": True,
    "verifySSL": False,
    "skipTLSVerify": True,
}
_EXPORTERS = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    "OTEL_TRACES_EXPORTER",
    "LANGFUSE_PUBLIC_KEY",
    "PHOENIX_COLLECTOR_ENDPOINT",
    "LANGSMITH_API_KEY",
)
_EXPORT_FLAGS = ("--otlp-traces-endpoint", "--otlp-endpoint", "--trace-config", "--tracing")
_CLOUD_KEYS = frozenset(
    {
        "AWS_SECRET_ACCESS_KEY",
        "AZURE_CLIENT_SECRET",
        "AZURE_STORAGE_KEY",
        "AZURE_STORAGE_CONNECTION_STRING",
        "GOOGLE_APPLICATION_CREDENTIALS_JSON",
        "GOOGLE_APPLICATION_CREDENTIALS",
    }
)


def connection_facts(sheet: Sheet, containers: Sequence[Container], body: Any = None) -> None:
    """State the facts about outgoing connections from variables, flags and, for custom resources, the fields of `body`."""
    backends = {name: (host, path) for name, host, path in (*_backends(containers), *_field_backends(body))}
    sheet.put(
        "network.cleartext_backends",
        [{"name": name, "host": host} for name, (host, _) in sorted(backends.items())],
        *(path for _, path in backends.values()),
    )
    unverified = [
        *_unverified(containers),
        *(path for path, key, value in _fields(body) if key in _UNVERIFIED_FIELD and value is _UNVERIFIED_FIELD[key]),
    ]
    sheet.put("network.tls_verification_off", bool(unverified), *unverified)
    exporters = [
        c.path
        for c in containers
        if any(c.env.get(n) not in (None, "", "none") for n in _EXPORTERS) or any(c.flags.get(f) for f in _EXPORT_FLAGS)
    ]
    elsewhere = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "no exporter in the manifest; a monitor elsewhere may collect from it"))
    sheet.put("logging.telemetry", True if exporters else elsewhere, *exporters)
    _cloud_keys(sheet, containers)


def _cloud_keys(sheet: Sheet, containers: Sequence[Container]) -> None:
    keys = [c.env_path or c.path for c in containers if any(name in _CLOUD_KEYS and c.env[name] != "" for name in c.env)]
    value: Truth = bool(keys)
    if not keys and any(c.more_env for c in containers):
        value = Unresolved("variables come from objects that are named only as a whole")
    sheet.put("principal.static_cloud_keys", value, *keys)


def _backends(containers: Iterable[Container]) -> Iterator[tuple[str, str, Path]]:
    for container in containers:
        settings = [(name, value) for name, value in container.env.items() if isinstance(value, str)]
        settings += [(flag, value) for flag, value in container.flags.items() if value]
        for name, value in settings:
            host = _cleartext_host(value)
            if host and _BACKEND.search(name.replace("-", "_")) and not _NOT_BACKEND.search(name):
                yield f"{container.name}.{name}", host, container.path


def _field_backends(body: Any) -> Iterator[tuple[str, str, Path]]:
    for path, key, value in _fields(body):
        if isinstance(value, str) and re.search(r"ur[li]$|endpoint|host$", key, re.IGNORECASE):
            host = _cleartext_host(value)
            if host:
                yield ".".join(str(step) for step in path), host, path


def _cleartext_host(value: str) -> str:
    if "://" not in value or not _CLEARTEXT.match(value):
        return ""
    try:
        host = urlsplit(value.split(",", maxsplit=1)[0]).hostname or ""
    except ValueError:  # a malformed address names no host
        return ""
    return "" if host in _LOCAL else host


def _unverified(containers: Iterable[Container]) -> Iterator[Path]:
    for container in containers:
        by_variable = any((container.literal(name) or "").lower() in values for name, values in _UNVERIFIED if name in container.env)
        by_flag = any(_UNVERIFIED_FLAG.match(flag) and value.lower() != "false" for flag, value in container.flags.items())
        if by_variable or by_flag:
            yield container.path


def _fields(body: Any, path: Path = ()) -> Iterator[tuple[Path, str, Any]]:
    """Every named scalar below a custom resource's spec, but for containers, which are read by themselves."""
    if len(path) > 40:  # noqa: PLR2004 (deeper than any schema)
        return
    if isinstance(body, list):
        for index, item in enumerate(body):
            yield from _fields(item, (*path, index))
    for key, value in mapping(body).items():
        if key in {"containers", "initContainers", "env", "status", "metadata"}:
            continue
        if isinstance(value, dict | list):
            yield from _fields(value, (*path, key))
        else:
            yield (*path, key), text(key), value


def cors_any_origin(product: Product | None, container: Container) -> Truth:
    """Whether browsers of any origin may call the server: its setting, else the product's default."""
    setting, values, default = product.cors if product else ("", (), None)
    if setting:
        value = container.flags.get(setting) if setting.startswith("--") else container.literal(setting)
        if value is not None:
            return value.strip().lower() in values
        if default is not None:
            return default
    return Unresolved("no setting that zscan knows decides which origins may call it")


def own_tls(product: Product | None, container: Container) -> bool:
    """Whether the server itself speaks TLS: by a certificate setting, or because its probes use HTTPS."""
    if product and any(container.flags.get(flag) for flag in product.tls_flags):
        return True
    if product and any((container.literal(name) or "").lower() in values for name, values in product.tls_values):
        return True
    probes = (mapping(mapping(container.body.get(kind)).get("httpGet")) for kind in ("readinessProbe", "livenessProbe", "startupProbe"))
    return any(text(probe.get("scheme")).upper() == "HTTPS" for probe in probes)
