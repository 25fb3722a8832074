"""Manifests on disk: finding the files, loading them with positions, and shaping what they declare."""
