"""The published OpenAPI document: what a request and an answer must look like."""
