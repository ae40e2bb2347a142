"""Business cases that can be made on demand, each with what the product should make of it."""
