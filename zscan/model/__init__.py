"""The nouns of zscan and the fact vocabulary. Pure: imports nothing else of zscan and does no I/O."""
