"""Infrastructure as code: each format becomes the same canonical documents that live collectors make."""
