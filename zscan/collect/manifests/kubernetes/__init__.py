"""Kubernetes objects: the pod view, the kinds that run AI, and what they lean on."""
