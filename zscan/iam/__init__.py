"""AWS's policy language: what policies say, and what they decide together. Pure; missing text never becomes a sure answer."""
