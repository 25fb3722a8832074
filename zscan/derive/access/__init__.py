"""What identities may do, one file per provider."""
