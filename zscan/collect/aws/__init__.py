"""AWS: one module per service (declarations and shapes), `session.py` (the only place that imports boto3), `collect.py` (the scan)."""
