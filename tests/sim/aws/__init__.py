"""A loopback AWS for tests: `with AwsSim(Estate().notebook("111122223333", "us-east-1", "n")) as sim: ...`."""

from .estates import Estate, big_estate
from .process import AwsSim
from .validate import validate_estate

__all__ = ["AwsSim", "Estate", "big_estate", "validate_estate"]
