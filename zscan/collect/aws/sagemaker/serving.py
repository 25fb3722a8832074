"""SageMaker serving: models, endpoint configurations, endpoints.

Sources: DescribeModel, DescribeEndpointConfig, DescribeEndpoint of the SageMaker API; AWS::SageMaker::Model, ::EndpointConfig, ::Endpoint
of CloudFormation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zscan.collect import Bulk, Call, Collector
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.ecr import pull
from zscan.collect.aws.places import bucket_of
from zscan.collect.aws.sagemaker.instances import hardware_encrypted
from zscan.collect.aws.sagemaker.rollout import ROLLOUT, set_rollout
from zscan.collect.aws.settings import number, switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, all_of, any_of, asset, image, secret_settings
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.offers import Fold, Via
from zscan.model.unknown import Reason, ReasonCode, Unknown

_REMOTE_CODE = ("HF_TRUST_REMOTE_CODE", "OPTION_TRUST_REMOTE_CODE", "TRUST_REMOTE_CODE", "SM_VLLM_TRUST_REMOTE_CODE")
_PLAIN = (".safetensors", ".gguf", ".onnx", ".tflite", ".json", ".txt")
_PICKLED = (".pkl", ".pickle", ".pt", ".pth", ".joblib", ".bin", ".ckpt")


def containers(document: Document) -> list[tuple[str, Reading]]:
    """The containers of a model, each with a name that is stable across scans."""
    found: list[tuple[str, Reading]] = []
    primary = document["PrimaryContainer"]
    if primary.value is not None:
        found.append(("primary", primary))
    for index, container in enumerate(document["Containers"].each()):
        hostname = None if container.unknown else container.get("ContainerHostname").value
        found.append((hostname if isinstance(hostname, str) else f"container-{index}", container))
    return found


def _model_uri(container: Reading) -> Reading:
    source = container.get("ModelDataSource.S3DataSource.S3Uri")
    return source if source.value is not None else container.get("ModelDataUrl")


def shape_model(document: Document) -> Iterable[Draft]:
    """A model: what its containers run, where they may connect to, who they run as."""
    draft = asset(document, "model")
    parts = containers(document)
    environments = [(name, container.get("Environment")) for name, container in parts]
    settings = [secret_settings(environment, f"{name} environment") for name, environment in environments]
    uris = [_model_uri(container) for _, container in parts]
    isolated = switch(document["EnableNetworkIsolation"])
    in_network = document["VpcConfig.Subnets"].is_set()
    draft.set("inference.isolated", isolated)
    draft.set("network.private_network", in_network)
    draft.set("network.direct_internet", ~isolated & ~in_network)
    draft.set("network.egress_restricted", isolated)
    draft.set("artefact.images", list(_images(parts)))
    draft.set("artefact.private_registry", all_of(c.get("ImageConfig.RepositoryAccessMode").eq("Vpc") for _, c in parts))
    draft.set("artefact.remote_code", any_of(_remote_code(environment) for _, environment in environments))
    draft.set("artefact.executable_format", any_of(uri.map(_executable) for uri in uris))
    draft.set("artefact.model_pinned", all_of(_pinned(container) for _, container in parts))
    draft.set("artefact.model_transport_protected", all_of(uri.map(lambda text: not str(text or "").startswith("http://")) for uri in uris))
    draft.set("secrets.literals", [item for literals, _ in settings for item in literals])
    draft.set("secrets.defaults", [item for _, defaults in settings for item in defaults])
    draft.set("principal.assigned", document["ExecutionRoleArn"].is_set())
    draft.set("release.registered", all_of(c.get("ModelPackageName").is_set() | ~_model_uri(c).is_set() for _, c in parts))
    draft.refer("runs_as", "AWS::IAM::Role", document["ExecutionRoleArn"])
    for _, container in parts:
        draft.refer("built_from", "AWS::SageMaker::ModelPackage", container.get("ModelPackageName"))
    pull(draft, (container.get("Image") for _, container in parts))
    for uri in uris:
        draft.refer("reads_from", "AWS::S3::Bucket", uri.map(lambda text: bucket_of(str(text or ""))))
    for group in document["VpcConfig.SecurityGroupIds"].each():
        draft.refer("attached_to", "AWS::EC2::SecurityGroup", group)
    for subnet in document["VpcConfig.Subnets"].each():
        draft.refer("attached_to", "AWS::EC2::Subnet", subnet)
    yield draft


def _images(parts: list[tuple[str, Reading]]) -> Iterable[Any]:
    """A container may name a model package instead of an image; of one that was not read, not even its existence is known."""
    for name, container in parts:
        reading = container.get("Image")
        if container.unknown:
            yield container.value
        elif reading.value is not None:
            yield image(name, reading)


def _remote_code(environment: Reading) -> Reading:
    def on(value: Any) -> bool:
        return str(value or "").strip().lower() in {"1", "true", "yes", "on"}

    return any_of(environment.at(name).map(on) for name in _REMOTE_CODE)


def _executable(uri: Any) -> Any:
    """A file's format by its name. What lies in an archive or below a prefix cannot be told; without model data there is none."""
    text = str(uri or "").lower()
    if not text or text.endswith(_PLAIN):
        return False
    return True if text.endswith(_PICKLED) else Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "the files inside the model data are not read"))


def _pinned(container: Reading) -> Reading:
    """A container without model data has its model in the image; model data is pinned by an ETag or a model package version."""
    data = container.get("ModelDataSource.S3DataSource")
    etag = data.get("ETag").is_set() | data.get("ManifestEtag").is_set()
    return etag | container.get("ModelPackageName").is_set() | ~_model_uri(container).is_set()


def shape_config(document: Document) -> Iterable[Draft]:
    """An endpoint configuration: storage key, data capture, operator access, models."""
    draft = asset(document, "endpoint_config")
    variants = document["ProductionVariants"].each() + document["ShadowProductionVariants"].each()
    capture = document["DataCaptureConfig"]
    on = switch(capture.get("EnableCapture"))
    modes = [option.get("CaptureMode") for option in capture.get("CaptureOptions").each()]
    draft.set("encryption.customer_key", document["KmsKeyId"].is_set())
    draft.set(
        "encryption.hardware_key_only", all_of((hardware_encrypted(variant.get("InstanceType")) for variant in variants), empty=False)
    )
    draft.set("encryption.capture_customer_key", ~on | capture.get("KmsKeyId").is_set())
    draft.set("logging.captured", on)
    draft.set("logging.capture_complete", on & _captures(modes, "Input") & _captures(modes, "Output"))
    draft.set("host.shell_access", any_of(switch(variant.get("EnableSSMAccess")) for variant in variants))
    draft.set("availability.redundant", all_of((_redundant(variant) for variant in document["ProductionVariants"].each()), empty=False))
    outputs = [document["AsyncInferenceConfig.OutputConfig"], *(variant.get("CoreDumpConfig") for variant in variants)]
    draft.set("encryption.output_customer_key", all_of(_nothing_or_key(output) for output in outputs))
    for key in (document["KmsKeyId"], capture.get("KmsKeyId"), *(output.get("KmsKeyId") for output in outputs)):
        draft.refer("encrypts_with", "AWS::KMS::Key", key)
    draft.refer("writes_to", "AWS::S3::Bucket", capture.get("DestinationS3Uri").map(lambda text: bucket_of(str(text or ""))))
    for variant in variants:
        draft.refer("serves", "AWS::SageMaker::Model", variant.get("ModelName"))
    yield draft


_NO_COUNT = "the variant states no number of machines: its inference components do"


def _redundant(variant: Reading) -> Reading:
    """At least two machines at any time; serverless variants get as many as they need."""
    scaling = variant.get("ManagedInstanceScaling")
    scaled = scaling.get("Status").eq("ENABLED")
    count = scaling.get("MinInstanceCount") if scaled.value is True else variant.get("InitialInstanceCount")
    return variant.get("ServerlessConfig").is_set() | number(count, unset=_NO_COUNT).map(lambda machines: machines > 1)


def _nothing_or_key(output: Reading) -> Reading:
    """A place that is written to names a key."""
    return ~output.is_set() | output.get("KmsKeyId").is_set()


def _captures(modes: list[Reading], side: str) -> Reading:
    return any_of(mode.one_of(side, "InputAndOutput") for mode in modes)


def shape_endpoint(document: Document) -> Iterable[Draft]:
    """An endpoint. Nearly everything about it stands in its configuration and models; composition brings it here."""
    draft = asset(document, "endpoint")
    set_rollout(draft, document["DeploymentConfig"])
    draft.set("logging.monitored", document["ActiveSchedule"].is_set())
    draft.refer("configured_by", "AWS::SageMaker::EndpointConfig", document["EndpointConfigName"])
    yield draft


_FROM_CONFIG: dict[str, Fold] = {
    "encryption.customer_key": "all",
    "encryption.hardware_key_only": "all",
    "encryption.capture_customer_key": "all",
    "logging.captured": "all",
    "logging.capture_complete": "all",
    "encryption.output_customer_key": "all",
    "availability.redundant": "all",
    "host.shell_access": "any",
}
_FROM_MODELS: dict[str, Fold] = {
    "inference.isolated": "all",
    "network.private_network": "all",
    "network.direct_internet": "any",
    "network.egress_restricted": "all",
    "artefact.images": "join",
    "artefact.remote_code": "any",
    "artefact.executable_format": "any",
    "artefact.model_transport_protected": "all",
    "secrets.literals": "join",
    "secrets.defaults": "join",
    "principal.assigned": "all",
}


def _call(operation: str, **more: Any) -> Call:
    return Call(service="sagemaker", operation=operation, action=f"sagemaker:{operation}", **more)


def _gone(operation: str, parameter: str) -> Call:
    """A describe call. SageMaker answers ValidationException for a name that does not exist, but also for other mistakes: no absence."""
    return _call(operation, params={parameter: "{" + parameter + "}"})


# Monitoring schedules that are active, by the endpoint that they watch.
_SCHEDULES = Bulk(
    path="ActiveSchedule",
    call=_call("ListMonitoringSchedules", items="MonitoringScheduleSummaries", page_size=100, params={"StatusEquals": "Scheduled"}),
    index=lambda entry: str(entry.get("EndpointName", "")),
    keys=lambda body: [str(body["@name"])],
    take=lambda entry: entry["MonitoringScheduleName"],
)

COLLECTORS = (
    Collector(
        native_type="AWS::SageMaker::Model",
        asset_type="model",
        list=_call("ListModels", items="Models", page_size=100),
        describe=_gone("DescribeModel", "ModelName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["ModelArn"]),
        name=lambda answer: str(answer["ModelName"]),
        canonical=cfn_names(),
        shape=shape_model,
        facts=GOVERNANCE
        | {
            "inference.isolated",
            "network.private_network",
            "network.direct_internet",
            "network.egress_restricted",
            "artefact.images",
            "artefact.private_registry",
            "artefact.remote_code",
            "artefact.executable_format",
            "artefact.model_pinned",
            "artefact.model_transport_protected",
            "secrets.literals",
            "secrets.defaults",
            "principal.assigned",
            "release.registered",
        },
        relations=frozenset({"runs_as", "reads_from", "attached_to", "built_from", "pulls_from"}),
    ),
    Collector(
        native_type="AWS::SageMaker::EndpointConfig",
        asset_type="endpoint_config",
        list=_call("ListEndpointConfigs", items="EndpointConfigs", page_size=100),
        describe=_gone("DescribeEndpointConfig", "EndpointConfigName"),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["EndpointConfigArn"]),
        name=lambda answer: str(answer["EndpointConfigName"]),
        canonical=cfn_names(),
        shape=shape_config,
        facts=GOVERNANCE | frozenset(_FROM_CONFIG),
        relations=frozenset({"encrypts_with", "writes_to", "serves"}),
    ),
    Collector(
        native_type="AWS::SageMaker::Endpoint",
        asset_type="endpoint",
        list=_call("ListEndpoints", items="Endpoints", page_size=100),
        describe=_gone("DescribeEndpoint", "EndpointName"),
        bulk=(TAGS, _SCHEDULES),
        identify=lambda answer, _place: str(answer["EndpointArn"]),
        name=lambda answer: str(answer["EndpointName"]),
        canonical=cfn_names(aliases={"LastDeploymentConfig": "DeploymentConfig"}),
        shape=shape_endpoint,
        facts=GOVERNANCE | ROLLOUT | {"logging.monitored"},
        live_only=frozenset({"logging.monitored"}),
        relations=frozenset({"configured_by", "serves", "encrypts_with", "runs_as", "attached_to", "reads_from", "pulls_from"}),
        via=(
            Via(native_type="AWS::SageMaker::Endpoint", relation="configured_by", facts=_FROM_CONFIG, hands_on=("serves", "encrypts_with")),
            Via(
                native_type="AWS::SageMaker::Endpoint",
                relation="serves",
                facts=_FROM_MODELS,
                hands_on=("runs_as", "attached_to", "reads_from", "pulls_from"),
            ),
        ),
    ),
)
