"""Amazon Bedrock AgentCore, one file per group of resources."""
