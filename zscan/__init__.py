"""zscan: a command-line posture scanner and compliance reporter for zero-trust AI."""

__version__ = "0.1.0"
