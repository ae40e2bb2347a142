"""What a Stripe key says about itself. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyKind:
    livemode: bool
    problem: str = ""  # a code of stripe_wording.py


def mode_of_key(api_key: str, *, strict: bool) -> KeyKind:
    """Test or live, or why this is no key we take. Only a restricted key is taken for Stripe itself (`strict`)."""
    if not api_key.isascii() or not 8 <= len(api_key) <= 300 or any(character.isspace() for character in api_key):
        return KeyKind(False, "not_a_key")
    prefix, _, rest = api_key.partition("_")
    mode, _, _ = rest.partition("_")
    if prefix == "pk":
        return KeyKind(False, "publishable_key")
    if strict and prefix == "sk":
        return KeyKind(False, "secret_key")
    if strict and (prefix != "rk" or mode not in ("test", "live")):
        return KeyKind(False, "not_a_key")
    return KeyKind(mode == "live")
