"""Running the simulator for a test."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .estate import DEFAULT_ACCOUNT
from .estates import Estate

_READ_ONLY = re.compile(r"(Get|List|Describe|Head|Search|BatchGet|Lookup)[A-Z]|AssumeRole$")
_NAMES_CREDENTIALS = re.compile(r"AWS_|(?i:https?_proxy|no_proxy|all_proxy)")


class AwsSim:
    """A simulated AWS in a process of its own: `with AwsSim(estate) as sim:`.

    Starting takes about half a second, so a suite keeps one and gives it the next estate with `set_estate`.
    """

    def __init__(self, estate: Estate | Mapping[str, Any] | None = None) -> None:
        self._initial = estate if estate is not None else Estate()
        self._process: subprocess.Popen[str] | None = None
        self._port = 0

    def __enter__(self) -> Self:
        package = __package__ or ""
        root = Path(__file__).resolve().parents[package.count(".") + 1]
        # nothing of the caller's AWS settings may reach the server; it needs none
        environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), environment.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"{package}.server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the simulator ended with status {self._process.wait()} before it listened")
        self._port = int(line)
        try:
            self.set_estate(self._initial)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the server."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None

    @property
    def url(self) -> str:
        """The endpoint of every service."""
        return f"http://127.0.0.1:{self._port}"

    def env(self, account: str = DEFAULT_ACCOUNT, region: str = "us-east-1", *, access_key: str | None = None) -> dict[str, str]:
        """Return the whole environment for a subprocess whose AWS is this one.

        The caller's AWS and proxy variables are left out and no profile file is found. The proxies point here, so
        that a request past AWS_ENDPOINT_URL ends as a recorded call and not in the internet; S3 Control and
        the DevOps agent, which put something before the host name, only work that way.
        """
        kept = {key: value for key, value in os.environ.items() if not _NAMES_CREDENTIALS.match(key)}
        nowhere = str(Path(os.devnull))
        return kept | {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_DEVOPS_AGENT": "http://devops-agent.invalid",
            "AWS_ENDPOINT_URL_S3_CONTROL": "http://s3-control.invalid",
            "AWS_ACCESS_KEY_ID": access_key or f"AKIA{account}",
            "AWS_SECRET_ACCESS_KEY": "not-a-secret",
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": nowhere,
            "AWS_SHARED_CREDENTIALS_FILE": nowhere,
            "HTTP_PROXY": self.url,
            "HTTPS_PROXY": self.url,
            "NO_PROXY": "127.0.0.1,localhost",
        }

    def calls(self) -> list[dict[str, Any]]:
        """Return every call so far, in order: service, op, region, account, action, params, status and error."""
        return list(self._control("GET", "calls")["calls"])

    def operations(self) -> list[str]:
        """Return the calls as `service:Operation`."""
        return [f"{call['service']}:{call['op']}" for call in self.calls()]

    def set_faults(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Replace the faults in force."""
        self._control("POST", "faults", list(faults))

    def set_estate(self, estate: Estate | Mapping[str, Any]) -> None:
        """Replace the estate and its faults, and forget the calls."""
        document = estate.document if isinstance(estate, Estate) else copy.copy(estate)
        self._control("POST", "estate", document)
        self.reset()

    def reset(self) -> None:
        """Forget the calls and begin the estate's faults anew."""
        self._control("POST", "reset")

    def assert_read_only(self) -> None:
        """Fail if anything but a read was received, or a request that meant no operation."""
        bad = [f"{call['service']}:{call['op']}" for call in self.calls() if not is_read(call["service"], call["op"])]
        assert not bad, f"requests that are no reads: {', '.join(bad)}"

    def _control(self, method: str, what: str, body: Any = None) -> dict[str, Any]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, f"/_sim/{what}", json.dumps(body, default=str), {"content-type": "application/json"})
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise ValueError(f"the simulator refuses {what}: {answer['message']}")
        return answer


def is_read(service: str, op: str) -> bool:
    """Tell whether an operation only reads. AssumeRole changes nothing but gives keys, and is how accounts are reached."""
    return service != "?" and _READ_ONLY.match(op) is not None
