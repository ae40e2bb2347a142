"""Every module that answers operations of the contract; importing one registers its answers."""

from apps.ksef_simulator.sending import batch, online, statuses, upo
from apps.ksef_simulator.signin import bearer_tokens, challenges, ksef_token, public_keys

__all__ = ["batch", "bearer_tokens", "challenges", "ksef_token", "online", "public_keys", "statuses", "upo"]
