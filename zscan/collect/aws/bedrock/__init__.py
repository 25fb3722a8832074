"""Amazon Bedrock, one file per group of resources."""
