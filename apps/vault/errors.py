"""What can go wrong with a secret, in two kinds."""


class VaultMisconfigured(Exception):
    """The master key is missing or malformed: the process must not start."""


class SecretUnreadable(Exception):
    """A stored secret does not open: another key, another place, or changed bytes."""
