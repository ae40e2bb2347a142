"""An answer of the simulator held against the contract it claims to follow (--check-responses)."""

import json

from apps.ksef_simulator.contract.openapi import Operation

# What any HTTP service may add: undocumented, but part of the protocol itself.
PROTOCOL_STATUSES = {404, 405, 406, 413, 415}


def answer_problems(operation: Operation, status: int, media: str, body: bytes) -> list[str]:
    if status in PROTOCOL_STATUSES:
        return []
    if status not in operation.answers:
        return [f"{operation.name} answers {status}, which the contract does not list"]
    documented = operation.answers[status]
    if not documented:
        return [f"{operation.name} {status} carries a body"] if body else []
    media_type = media.partition(";")[0].strip()
    if media_type not in documented:
        return [f"{operation.name} {status} is {media_type or 'without a type'}"]
    checker = documented[media_type]
    if checker is None:
        return []
    value = json.loads(body)
    return [f"{operation.name} {status}: {problem}" for problem in checker.problems(value)] + [
        f"{operation.name} {status}: '{name}' is not in the contract" for name in checker.unknown_members(value)
    ]
