"""SageMaker, one file per group of resources."""
