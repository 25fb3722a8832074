"""The rest of Bedrock, weak and hardened."""

from __future__ import annotations

from tests.sim.aws import Estate
from tests.sim.aws.build_account import key_arn, role_arn, security_group_id, subnet_id
from tests.sim.aws.build_bedrock import FOUNDATION_MODEL, foundation_model_arn, guardrail_id, knowledge_base_id
from tests.sim.aws.build_bedrock_more import custom_model_arn, profile_arn, prompt_arn, prompt_node
from tests.sim.aws.document import arn

ACCOUNT, REGION, SECOND = "111122223333", "us-east-1", "eu-west-1"
OWNED = {"owner": "fraud-team", "environment": "production", "data-classification": "confidential"}
LEGACY = "anthropic.claude-v2:1"
WORLDWIDE = f"global.{FOUNDATION_MODEL}"
NATIONAL = f"us.{FOUNDATION_MODEL}"
_REDACTED = {"sensitiveDataConfiguration": {"detectionMode": "DETECTION_AND_REDACTION"}}
_OFF = {"modalityProcessing": {"state": "DISABLED"}}


def add(estate: Estate) -> None:
    """Everything twice, in the first region; the second, where models are only called, keeps to what AWS sets."""
    _models(estate)
    _weak(estate)
    _hardened(estate)
    estate.enforced_guardrail(ACCOUNT, REGION, "hardened").data_retention(ACCOUNT, REGION, "none")
    enforced = {"identifier": arn("bedrock", "999988887777", "ap-south-1", "guardrail/abcdefghijkl:3"), "input_tags": "honor"}
    estate.organization("999988887777", (ACCOUNT,))
    estate.effective_policy(ACCOUNT, "BEDROCK_POLICY", {"bedrock": {"guardrail_inference": {"ap-south-1": {"config_1": enforced}}}})
    estate.effective_policy(ACCOUNT, "AISERVICES_OPT_OUT_POLICY", {"services": {"default": {"opt_out_policy": "optOut"}}})


def otherwise(estate: Estate) -> None:
    """The settings of the account, the other way round."""
    estate.effective_policy(ACCOUNT, "AISERVICES_OPT_OUT_POLICY", None)


def _models(estate: Estate) -> None:
    a, r = ACCOUNT, REGION
    for model in (FOUNDATION_MODEL, "amazon.titan-embed-text-v2:0", "never.used-v1"):
        estate.hosted_model(a, r, model)
    estate.hosted_model(a, r, LEGACY, status="LEGACY")
    estate.system_profile(a, r, WORLDWIDE, regions=("us-east-1", "")).system_profile(a, r, NATIONAL, regions=("us-east-1", "us-west-2"))
    estate.prompt_router(a, r, "weak", models=(foundation_model_arn(r, LEGACY), foundation_model_arn(r)))
    estate.prompt_router(a, r, "hardened", models=(foundation_model_arn(r),), tags=OWNED)


def _weak(estate: Estate) -> None:
    a, r = ACCOUNT, REGION
    knowledge = {"knowledgeBaseId": knowledge_base_id(a, r, "weak"), "modelId": WORLDWIDE}
    nodes = (
        prompt_node("Answer", templateConfiguration={"text": {"text": "Use the key sk-ant-" + "q" * 30}}),
        {"name": "Look-up", "type": "KnowledgeBase", "configuration": {"knowledgeBase": knowledge}},
        {
            "name": "Code",
            "type": "InlineCode",
            "configuration": {"inlineCode": {"code": "token = 'hf_" + "x" * 30 + "'", "language": "Python_3"}},
        },
        {"name": "Keep", "type": "Storage", "configuration": {"storage": {"serviceConfiguration": {"s3": {"bucketName": "dump"}}}}},
    )
    estate.flow(a, r, "weak", nodes=nodes, executionRoleArn=role_arn(a, "wide"))
    draft = {"guardrailIdentifier": guardrail_id(a, r, "hardened"), "guardrailVersion": "DRAFT"}
    old = prompt_node("Answer", guardrail=draft)
    fixed = prompt_node("Answer", guardrail=draft | {"guardrailVersion": "1"})
    estate.flow(a, r, "weak-in-its-old-version", nodes=(fixed,), routed={"1": (old,)}, executionRoleArn=role_arn(a, "narrow"))
    secret = {"name": "default", "templateType": "TEXT", "templateConfiguration": {"text": {"text": "Log in with hf_" + "y" * 30}}}
    estate.prompt(a, r, "weak", variants=[secret | {"modelId": NATIONAL}])
    estate.inference_profile(a, r, "weak", regions=(r, "eu-central-1"))
    estate.imported_model(a, r, "weak", bucket="dump")
    estate.model_deployment(a, r, "weak", model=custom_model_arn(a, r, "weak"))
    estate.marketplace_endpoint(a, r, "weak-vendor", executionRole=role_arn(a, "wide"))
    estate.batch_job(a, r, "weak", bucket="dump", model=LEGACY, roleArn=role_arn(a, "wide"))
    quality = ("Builtin.Accuracy",)
    estate.evaluation_job(a, r, "weak", model=custom_model_arn(a, r, "weak"), metrics=quality, bucket="dump", roleArn=role_arn(a, "wide"))
    estate.reasoning_policy(a, r, "weak").automation_project(a, r, "weak")


def _hardened(estate: Estate) -> None:
    a, r, t = ACCOUNT, REGION, OWNED
    key, role = key_arn(a, r, "good"), role_arn(a, "agent-narrow")
    vpc = {"subnetIds": [subnet_id(a, r, "private")], "securityGroupIds": [security_group_id(a, r, "closed")]}
    guard = {"guardrailIdentifier": guardrail_id(a, r, "hardened"), "guardrailVersion": "1"}
    knowledge = {"knowledgeBaseId": knowledge_base_id(a, r, "hardened"), "modelId": NATIONAL, "guardrailConfiguration": guard}
    lambda_arn = arn("lambda", a, r, "function:orders-checked")
    nodes = (
        prompt_node("Answer", guardrail=guard, prompt=f"{prompt_arn(a, r, 'hardened')}:1"),
        {"name": "Look-up", "type": "KnowledgeBase", "configuration": {"knowledgeBase": knowledge}},
        {"name": "Order", "type": "LambdaFunction", "configuration": {"lambdaFunction": {"lambdaArn": lambda_arn}}},
        {"name": "Read", "type": "Retrieval", "configuration": {"retrieval": {"serviceConfiguration": {"s3": {"bucketName": "curated"}}}}},
    )
    keyed = {"customerEncryptionKeyArn": key}
    estate.flow(a, r, "hardened", nodes=nodes, routed={"1": nodes}, tags=t, executionRoleArn=role, **keyed)
    estate.prompt(a, r, "hardened", tags=t, **keyed)
    estate.inference_profile(a, r, "hardened", tags=t)
    estate.imported_model(a, r, "hardened", bucket="curated", tags=t, modelKmsKeyArn=key)
    estate.model_deployment(a, r, "hardened", model=custom_model_arn(a, r, "hardened"), tags=t)
    estate.marketplace_endpoint(a, r, "hardened-vendor", executionRole=role_arn(a, "narrow"), kmsEncryptionKey=key, vpc=vpc)
    source, sink = {"s3Uri": "s3://curated/in.jsonl", "s3BucketOwner": a}, {"s3Uri": "s3://curated/out/", "s3BucketOwner": a}
    estate.batch_job(
        a,
        r,
        "hardened",
        bucket="curated",
        model=profile_arn(a, r, "hardened"),
        tags=t,
        roleArn=role_arn(a, "narrow"),
        inputDataConfig={"s3InputDataConfig": source},
        outputDataConfig={"s3OutputDataConfig": sink | {"s3EncryptionKeyId": key}},
        vpcConfig=vpc,
    )
    estate.evaluation_job(
        a,
        r,
        "hardened",
        model=custom_model_arn(a, r, "hardened"),
        metrics=("Builtin.Toxicity", "Builtin.Robustness"),
        bucket="curated",
        tags=t,
        roleArn=role_arn(a, "narrow"),
        customerEncryptionKeyId=key,
    )
    estate.reasoning_policy(a, r, "hardened", tags=t, kmsKeyArn=key)
    redacted = {"document": _REDACTED, "image": _REDACTED, "video": _OFF, "audio": _REDACTED}
    estate.automation_project(a, r, "hardened", tags=t, kmsKeyId=key, overrideConfiguration=redacted)
    _strict_guardrail(estate)


def _strict_guardrail(estate: Estate) -> None:
    """A guardrail for images, many languages, links and formal rules; the one of the account leaves them out."""
    a, r = ACCOUNT, REGION
    sides = {"inputAction": "BLOCK", "outputAction": "BLOCK", "inputEnabled": True, "outputEnabled": True}
    strong = {
        "inputStrength": "HIGH",
        "outputStrength": "HIGH",
        "inputModalities": ["TEXT", "IMAGE"],
        "outputModalities": ["TEXT", "IMAGE"],
    }
    filters = [{"type": kind} | strong | sides for kind in ("SEXUAL", "VIOLENCE", "HATE", "INSULTS")]
    estate.guardrail(
        a,
        r,
        "strict",
        tags=OWNED,
        kmsKeyArn=key_arn(a, r, "good"),
        contentPolicy={"filters": filters, "tier": {"tierName": "STANDARD"}},
        sensitiveInformationPolicy={"piiEntities": [{"type": "URL", "action": "BLOCK"} | sides]},
        automatedReasoningPolicy={
            "policies": [arn("bedrock", a, r, "automated-reasoning-policy/abcdefghijkl:1")],
            "confidenceThreshold": 0.8,
        },
        crossRegionDetails={
            "guardrailProfileId": "us.guardrail.v1:0",
            "guardrailProfileArn": arn("bedrock", a, r, "guardrail-profile/us.guardrail.v1:0"),
        },
    )
