"""The words AWS uses for the failures that are not in the service models: they differ by protocol and service."""

from __future__ import annotations

from .services import Service
from .wire import AwsError, Call

# how a service of this kind says it: (code, HTTP status)
_DENIED = {
    "query": ("AccessDenied", 403),
    "rest-xml": ("AccessDenied", 403),
    "ec2": ("UnauthorizedOperation", 403),
    "rest-json": ("AccessDeniedException", 403),
}
_THROTTLED = {
    "query": ("Throttling", 400),
    "rest-xml": ("SlowDown", 503),
    "ec2": ("RequestLimitExceeded", 503),
    "rest-json": ("ThrottlingException", 429),
}
_EXPIRED = {
    "query": ("ExpiredToken", 403),
    "rest-xml": ("ExpiredToken", 400),
    "ec2": ("RequestExpired", 400),
    "rest-json": ("ExpiredTokenException", 403),
}
_BAD_KEY = {
    "query": ("InvalidClientTokenId", 403),
    "rest-xml": ("InvalidAccessKeyId", 403),
    "ec2": ("AuthFailure", 401),
    "rest-json": ("UnrecognizedClientException", 403),
}
_INVALID = {
    "query": ("ValidationError", 400),
    "rest-xml": ("InvalidArgument", 400),
    "ec2": ("InvalidParameterValue", 400),
    "rest-json": ("ValidationException", 400),
}
_INVALID_TOKEN_MESSAGE = "The security token included in the request is invalid"


def denied(call: Call, action: str, principal: str) -> AwsError:
    """The caller's policies do not allow the action."""
    code, status = _DENIED.get(call.service.protocol, ("AccessDeniedException", 400))
    if call.service.name == "s3":
        return AwsError(code, "Access Denied", status)
    message = f"User: {principal} is not authorized to perform: {action} because no identity-based policy allows the {action} action"
    if call.service.protocol == "ec2":
        message = f"You are not authorized to perform this operation. {message}"
    return AwsError(code, message, status)


def throttled(service: Service) -> AwsError:
    """Too many requests."""
    return AwsError(*_with_message(_THROTTLED.get(service.protocol, ("ThrottlingException", 400)), "Rate exceeded"))


def expired(service: Service) -> AwsError:
    """The session credentials ran out."""
    code = _EXPIRED.get(service.protocol, ("ExpiredTokenException", 400))
    return AwsError(*_with_message(code, "The security token included in the request is expired"))


def bad_key(service: Service) -> AwsError:
    """The access key is not one that AWS knows, or not in this region."""
    return AwsError(*_with_message(_BAD_KEY.get(service.protocol, ("UnrecognizedClientException", 400)), _INVALID_TOKEN_MESSAGE))


def unsigned(service: Service) -> AwsError:
    """The request carries no signature."""
    code = "AccessDenied" if service.protocol == "rest-xml" else "MissingAuthenticationTokenException"
    return AwsError(code, "Request is missing Authentication Token", 403)


def invalid(service: Service, message: str) -> AwsError:
    """A parameter is outside what the service accepts."""
    return AwsError(*_with_message(_INVALID.get(service.protocol, ("ValidationException", 400)), message))


def _with_message(word: tuple[str, int], message: str) -> tuple[str, str, int]:
    return word[0], message, word[1]


# The model has no shape for these, or more than one that fits.
_ABSENT: dict[tuple[str, str], tuple[str, str, int]] = {
    ("s3", "GetBucketPolicy"): ("NoSuchBucketPolicy", "The bucket policy does not exist", 404),
    ("s3", "GetBucketPolicyStatus"): ("NoSuchBucketPolicy", "The bucket policy does not exist", 404),
    ("s3", "GetPublicAccessBlock"): ("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found", 404),
    ("s3control", "GetPublicAccessBlock"): (
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
        404,
    ),
    ("s3", "GetBucketEncryption"): (
        "ServerSideEncryptionConfigurationNotFoundError",
        "The server side encryption configuration was not found",
        404,
    ),
    ("s3", "GetBucketTagging"): ("NoSuchTagSet", "The TagSet does not exist", 404),
    ("s3", "GetBucketOwnershipControls"): ("OwnershipControlsNotFoundError", "The bucket ownership controls were not found", 404),
    ("s3", "GetBucketReplication"): ("ReplicationConfigurationNotFoundError", "The replication configuration was not found", 404),
    ("s3", "GetBucketLifecycleConfiguration"): ("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", 404),
    ("s3", "GetBucketCors"): ("NoSuchCORSConfiguration", "The CORS configuration does not exist", 404),
    ("s3", "GetBucketWebsite"): ("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration", 404),
    ("s3", "GetObjectLockConfiguration"): (
        "ObjectLockConfigurationNotFoundError",
        "Object Lock configuration does not exist for this bucket",
        404,
    ),
    ("ecr", "GetRepositoryPolicy"): ("RepositoryPolicyNotFoundException", "Repository policy does not exist for the repository", 400),
    ("sagemaker", "GetModelPackageGroupPolicy"): ("ValidationException", "Cannot find resource policy for: the model package group", 400),
    ("organizations", "DescribeEffectivePolicy"): ("EffectivePolicyNotFoundException", "No effective policy was found", 400),
    ("organizations", "DescribePolicy"): ("PolicyNotFoundException", "The policy was not found", 400),
    ("organizations", "DescribeAccount"): ("AccountNotFoundException", "The account was not found", 400),
}


def not_found(service: Service, op: str, what: str) -> AwsError:
    """The one thing asked for does not exist, in the words of the model where it has them."""
    if (service.name, op) in _ABSENT:
        return AwsError(*_ABSENT[service.name, op])
    if service.protocol == "ec2":
        kind = op.removeprefix("Describe").removeprefix("Get").removesuffix("Attribute")
        return AwsError(f"Invalid{kind}ID.NotFound", f"The {what} does not exist", 400)
    names = service.errors(op)
    for plain in ("ResourceNotFoundException", "NoSuchEntityException", "ResourceNotFound", "NotFoundException"):
        if plain in names:
            return AwsError(plain, f"{what} was not found")
    code = next((n for n in names if "NotFound" in n or n.startswith("NoSuch") or "DoesNotExist" in n), "ValidationException")
    return AwsError(code, f"Could not find {what}")
