"""Loopback cloud simulators: real SDKs, real HTTP, no network beyond 127.0.0.1."""
