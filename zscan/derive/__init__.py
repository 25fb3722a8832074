"""Derivations: facts that no single document holds. Pure functions over linked drafts."""
