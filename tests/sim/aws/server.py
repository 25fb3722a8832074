"""The simulator's HTTP server: one asyncio loop on 127.0.0.1, its own process.

Control is on the same port, below /_sim/: GET calls, GET health, POST faults, POST estate, POST reset.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import sys
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from . import paging
from .actions import NEVER_DENIED, action_of, listed
from .errors import bad_key, denied, unsigned
from .estate import Estate
from .faults import DenyError, FaultPlan, ResetConnectionError
from .wire import AwsError, Call, Request, Response, UnknownOperationError, read_call, write_error, write_result, write_unknown

_SUMMARY_LIMIT = 200


class Simulator:
    """The state of one simulated AWS, without HTTP around it."""

    def __init__(self) -> None:
        self.estate = Estate({})
        self.faults = FaultPlan()
        self.calls: list[dict[str, Any]] = []
        self._principals: dict[str, str] = {}
        self._sessions = itertools.count(1)

    def load(self, document: Mapping[str, Any]) -> None:
        """Replace the estate, and the faults by the estate's."""
        self.estate = Estate(document)
        self.faults = FaultPlan(document.get("faults") or [])

    def reset(self) -> None:
        """Forget the calls and begin the estate's faults anew."""
        self.calls.clear()
        self.load(self.estate.document)

    async def handle(self, request: Request) -> Response:
        """Answer one AWS request."""
        try:
            call = read_call(request, self.estate.default_account)
        except UnknownOperationError as error:
            self._log({"service": "?", "op": f"{request.method} {request.path}", "error": str(error), "status": 501})
            return write_unknown(request, str(error))
        entry = self._log(
            {
                "service": call.service.name,
                "op": call.op,
                "region": call.region,
                "account": call.account,
                "action": action_of(call.service.name, call.op),
                "params": _summary(call.params),
            }
        )
        try:
            response = await self._respond(call)
        except ResetConnectionError:
            entry["status"] = 0
            raise
        except AwsError as error:
            entry["error"] = error.code
            response = write_error(call, error)
        except Exception as error:  # noqa: BLE001 (a bug here must reach the test as an answer, not as a hung client)
            traceback.print_exc()
            entry["error"] = f"simulator: {error!r}"
            response = write_unknown(request, entry["error"])
        entry["status"] = response.status
        return response

    def _log(self, entry: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(entry)
        return entry

    async def _respond(self, call: Call) -> Response:
        latency = self.estate.latency_ms
        wait = latency.get(call.region, latency.get("*", 0)) / 1000
        if wait:
            await asyncio.sleep(wait)
        self._authenticate(call)
        action = action_of(call.service.name, call.op)
        try:
            wait = self.faults.apply(call, paging.position(call).page)
        except DenyError:
            raise denied(call, action, self._principal(call)) from None
        if wait:
            await asyncio.sleep(wait)
        self._authorize(call, action)
        return write_result(call, self._sts(call) if call.service.name == "sts" else self.estate.answer(call))

    def _authenticate(self, call: Call) -> None:
        if not call.access_key:
            raise unsigned(call.service)
        if call.access_key.startswith("BAD") or call.region in self.estate.disabled_regions:
            raise bad_key(call.service)

    def _authorize(self, call: Call, action: str) -> None:
        if action in NEVER_DENIED:
            return
        allowed = self.estate.allow_actions
        if (allowed is not None and not listed(action, allowed)) or listed(action, self.estate.deny_actions):
            raise denied(call, action, self._principal(call))

    def _principal(self, call: Call) -> str:
        return self._principals.get(call.access_key, f"arn:aws:iam::{call.account}:user/auditor")

    def _sts(self, call: Call) -> dict[str, Any]:
        if call.op == "GetCallerIdentity":
            return {"Account": call.account, "UserId": call.access_key, "Arn": self._principal(call)}
        if call.op == "AssumeRole":
            return self._assume_role(call)
        return self.estate.answer(call)

    def _assume_role(self, call: Call) -> dict[str, Any]:
        """Give keys of the role's account: an account outside the estate has no role to assume."""
        arn, session = call.params["RoleArn"], call.params["RoleSessionName"]
        account, role = arn.split(":")[4], arn.split("/")[-1]
        roles = self.estate.assumable_roles
        trusted = roles is None or (arn in roles and roles[arn] in {"", call.params.get("ExternalId")})
        if account not in self.estate.accounts or not trusted:
            raise denied(call, "sts:AssumeRole", self._principal(call))
        # new keys each time, so that an expiry counted by key ends when the client asks again
        key = f"ASIA{account}{next(self._sessions):04d}"
        assumed = f"arn:aws:sts::{account}:assumed-role/{role}/{session}"
        self._principals[key] = assumed
        return {
            "Credentials": {
                "AccessKeyId": key,
                "SecretAccessKey": "s" * 40,
                "SessionToken": "t" * 40,
                "Expiration": "2099-01-01T00:00:00Z",
            },
            "AssumedRoleUser": {"AssumedRoleId": f"AROA{account}:{session}", "Arn": assumed},
        }

    def control(self, request: Request) -> Response:
        """Answer one request below /_sim/."""
        route = (request.method, request.path)
        if route == ("GET", "/_sim/health"):
            return _json(200, {"ok": True})
        if route == ("GET", "/_sim/calls"):
            return _json(200, {"calls": self.calls})
        try:
            body = json.loads(request.body or b"null")
            if route == ("POST", "/_sim/faults"):
                self.faults = FaultPlan(body)
            elif route == ("POST", "/_sim/estate"):
                self.load(body)
            elif route == ("POST", "/_sim/reset"):
                self.reset()
            else:
                return _json(404, {"message": f"no control {request.method} {request.path}"})
        except (ValueError, TypeError) as error:
            return _json(400, {"message": str(error)})
        return _json(200, {"ok": True})


def _summary(params: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what tells calls apart, without bodies: scalars, and lists of them, cut to a readable length."""

    def short(value: Any) -> Any:
        if isinstance(value, bool | int | float) or value is None:
            return value
        text = value if isinstance(value, str) else json.dumps(value, default=str)
        return text[:_SUMMARY_LIMIT]

    return {key: short(value) for key, value in params.items()}


def _json(status: int, body: Any) -> Response:
    return Response(status, {"content-type": "application/json"}, json.dumps(body, default=str).encode())


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    headers = {}
    for line in filter(None, head[1:]):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = int(headers.get("content-length") or 0)
    return Request(method, target, headers, await reader.readexactly(length) if length else b"")


def _write(writer: asyncio.StreamWriter, request: Request, response: Response, number: int) -> None:
    phrase = HTTPStatus(response.status).phrase
    lines = [f"HTTP/1.1 {response.status} {phrase}", f"content-length: {len(response.body)}", f"x-amzn-requestid: sim-{number}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items() if name.lower() != "content-length"]
    body = b"" if request.method == "HEAD" else response.body
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)


async def _serve_connection(
    simulator: Simulator, numbers: itertools.count[int], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    # a client that goes away is not an event; a reset fault closes the connection the same way
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, ResetConnectionError):
        while True:
            request = await _read(reader, writer)
            response = simulator.control(request) if request.path.startswith("/_sim/") else await simulator.handle(request)
            _write(writer, request, response, next(numbers))
            await writer.drain()
    writer.close()


async def serve() -> None:
    """Serve until standard input closes, that is until the process that started this one is gone."""
    simulator, numbers = Simulator(), itertools.count(1)

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _serve_connection(simulator, numbers, reader, writer)

    server = await asyncio.start_server(connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 (how the parent learns the port)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Run the server; the port it chose is its first line of output."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    asyncio.run(serve())


if __name__ == "__main__":
    main()
