"""ARNs and where a referred AWS thing is read."""

from __future__ import annotations

from zscan.collect import Place

_ARN_PARTS = 6


def arn(place: Place, service: str, resource: str, *, region: bool = True) -> str:
    """An ARN in the place's partition."""
    return f"arn:{place.partition}:{service}:{place.region if region else ''}:{place.account}:{resource}"


def arn_parts(text: str) -> tuple[str, str, str, str] | None:
    """Service, region, account and resource of an ARN; None when the text is no ARN."""
    parts = text.split(":", _ARN_PARTS - 1)
    if len(parts) != _ARN_PARTS or parts[0] != "arn":
        return None
    return parts[2], parts[3], parts[4], parts[5]


def locate(key: str, place: Place) -> tuple[Place, str] | None:
    """Where an ARN, name or alias is read: its own region; None when it belongs to another account."""
    parts = arn_parts(key)
    if parts is None:
        return place, key
    _, region, account, _ = parts
    if account not in {"", place.account}:
        return None
    return Place(place.provider, place.account, region or place.region, place.partition), key


def bucket_of(uri: str) -> str:
    """The bucket in an S3 URI, S3 ARN or HTTPS S3 address; "" when there is none."""
    if uri.startswith("s3://"):
        return uri[5:].split("/", 1)[0]
    parts = arn_parts(uri)
    if parts is not None and parts[0] == "s3":
        return parts[3].split("/", 1)[0]
    if uri.startswith("https://s3") and ".amazonaws.com" in uri:
        return uri.split("/", 4)[3] if uri.count("/") >= 3 else ""  # noqa: PLR2004 (scheme, empty, host, bucket)
    return ""
