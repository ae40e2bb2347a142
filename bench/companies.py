"""Companies that do not exist, with NIPs whose check digit is right, and the KSeF tokens the simulator gives them."""

from collections.abc import Iterator


def nips() -> Iterator[str]:
    """Valid NIPs, one after the other."""
    weights = (6, 5, 7, 2, 3, 4, 5, 6, 7)
    for number in range(520_000_000, 999_999_999):
        digits = str(number)
        check = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        if check < 10 and "0" not in digits[1:3]:
            yield f"{digits}{check}"


def token_of(nip: str) -> str:
    return f"20260101-EC-1111111111-2222222222-33|nip-{nip}|{'ab' * 32}"
