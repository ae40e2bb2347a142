"""How an object looks in an older API version: the newest shape, taken back one breaking change at a time."""
