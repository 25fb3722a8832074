"""The redactor: what is taken out, what stays, and that no pattern is missed by its fast path."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zscan.collect import redact as module
from zscan.collect.redact import names_secret, redact, redact_text
from zscan.model.redacted import redacted_pattern

PATTERNS = [pattern for _, pattern in module._TOKENS] + [module._FLAG]
TOKENS = {
    "private-key": "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----",
    "anthropic-key": "sk-ant-" + "a1" * 12,
    "openai-key": "sk-proj-" + "b2" * 14,
    "huggingface-token": "hf_" + "c3" * 15,
    "nvidia-key": "nvapi-" + "d4" * 15,
    "github-token": "ghp_" + "e5" * 14,
    "gitlab-token": "glpat-" + "f6" * 10,
    "slack-token": "xoxb-" + "1" * 12,
    "aws-access-key": "AKIA" + "Z" * 16,
    "google-api-key": "AIza" + "g7" * 17,
    "bearer-token": "Bearer " + "k1" * 12,
    "jwt": "eyJ" + "h8" * 6 + "." + "i9" * 6 + "." + "j0" * 4,
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_known_token_is_taken_out_wherever_it_stands(name: str) -> None:
    text = redact(f"run with {TOKENS[name]} please")
    assert TOKENS[name] not in text
    assert redacted_pattern(text) == name
    assert text.startswith("run with ")
    assert text.endswith(" please")


@pytest.mark.parametrize(
    ("value", "pattern"),
    [
        ({"OPENAI_API_KEY": "literal-value"}, "named-secret"),
        ({"DB_PASSWORD": "minioadmin"}, "known-default"),
        ({"ENCRYPTION_KEY": "0" * 64}, "known-default"),
        ({"env": [{"name": "MASTER_KEY", "value": "sk-1234"}]}, "known-default"),
        ({"args": ["--api-key", "abc"]}, "named-secret"),
        ({"args": ["serve --api-key=abc --port 8000"]}, "flag"),
        ({"url": "postgres://user:pw@db/x"}, "url-password"),
    ],
)
def test_secrets_by_name_flag_and_place(value: Any, pattern: str) -> None:
    assert redacted_pattern(_leaf(redact(value))) == pattern


@pytest.mark.parametrize(
    "value",
    [
        {"OPENAI_API_KEY": "${OPENAI_API_KEY}"},
        {"headers": {"Authorization": "Bearer ${CRM_TOKEN_OF_PRODUCTION_1}"}},
        {"text": "Basic troubleshooting-of-networks, and a Bearer authorization-header-in-general"},
        {"API_KEY": ""},
        {"password": "{{ .Values.password }}"},
        {"api_key": "os.environ/LITELLM_KEY"},
        {"secretArn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"},
        {"KmsKeyId": "1234abcd"},
        {"max_tokens": 4096},
        {"MAX_TOKENS": "4096"},
        {"TOKEN_TTL_HOURS": "24"},
        {"secretName": "model-server"},
        {"url": "https://example.org/v1"},
        {"args": ["--model", "meta/llama"]},
    ],
)
def test_references_and_names_of_secrets_stay(value: Any) -> None:
    assert redact(_copy(value)) == value


@pytest.mark.parametrize("number", range(len(PATTERNS)))
def test_the_fast_path_misses_no_pattern(number: int) -> None:
    @given(st.from_regex(PATTERNS[number]))
    def check(text: str) -> None:
        assert module._HINT.search(text)

    check()


@given(st.text())
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact_text(text)
    assert redact_text(once) == once


def test_a_marker_keeps_its_pattern_under_a_secret_name() -> None:
    once = redact({"DB_PASSWORD": "minioadmin"})
    assert redact(dict(once)) == once


def test_names() -> None:
    assert all(names_secret(name) for name in ("HF_TOKEN", "clientSecret", "AZURE_OPENAI_API_KEY", "auth-token", "PASSWORD"))
    assert not any(names_secret(name) for name in ("tokenizer", "secretName", "KEY_VAULT_URI", "max_tokens", "keyId", "TOKEN_PORT"))


def _leaf(value: Any) -> Any:
    while isinstance(value, dict | list):
        value = list(value.values())[-1] if isinstance(value, dict) else value[-1]
    return value


def _copy(value: Any) -> Any:
    return {key: list(member) if isinstance(member, list) else member for key, member in value.items()}


SCRIPT = """#!/bin/bash
export DB_PASSWORD=hunter2-hunter2
API_KEY="two words"
aws configure set aws_secret_access_key abcdEFGHijkl
TOKEN=$(aws secretsmanager get-secret-value --secret-id x)
password = os.getenv("PASSWORD")
if [ "$token" == "x" ]; then echo ok; fi
"""


@pytest.mark.parametrize("packed", [False, True])
def test_literals_of_a_script_are_taken_out_whether_packed_or_not(packed: bool) -> None:
    content = base64.b64encode(SCRIPT.encode()).decode() if packed else SCRIPT
    text = redact({"OnStart": [{"Content": content}]})["OnStart"][0]["Content"]
    assert not [secret for secret in ("hunter2-hunter2", "two words", "abcdEFGHijkl") if secret in text]
    kept = SCRIPT.splitlines()
    assert [line for line in text.splitlines() if line in kept] == [kept[0], *kept[4:]]


@pytest.mark.parametrize("text", ["#!/bin/bash\npip install numpy\n", "plain words", "{not json", "\u00e9"])
def test_what_packs_no_secret_stays_packed(text: str) -> None:
    packed = base64.b64encode(text.encode()).decode()
    assert redact({"Content": packed}) == {"Content": packed}
    assert redact({"Content": text}) == {"Content": text}


def test_a_structure_in_a_text_is_redacted_by_its_names() -> None:
    definition = json.dumps({"Steps": [{"Arguments": {"Environment": {"DB_PASSWORD": "hunter2-hunter2", "MODE": "fast"}}}]})
    text = redact({"PipelineDefinition": definition})["PipelineDefinition"]
    environment = json.loads(text)["Steps"][0]["Arguments"]["Environment"]
    assert redacted_pattern(environment["DB_PASSWORD"]) == "named-secret"
    assert environment["MODE"] == "fast"
    clean = json.dumps({"Steps": []}, indent=2)
    assert redact({"PipelineDefinitionBody": clean}) == {"PipelineDefinitionBody": clean}


@given(st.text(max_size=200))
def test_any_text_can_stand_where_a_packed_one_is_expected(text: str) -> None:
    once = redact({"Content": text})
    assert redact(dict(once)) == once
