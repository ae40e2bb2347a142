"""Form-encoded parameters with brackets, as Stripe's clients send them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl

from .errors import ApiError

_PARTS = re.compile(r"\[([^\]]*)\]")

Node = Any  # str, or a dict of further nodes


def parse_form(text: str) -> dict[str, Node]:
    """`lines[0][quantity]=2` becomes {"lines": {"0": {"quantity": "2"}}}; `types[]=a` counts up by itself."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=False, errors="strict", max_num_fields=20_000)
    except ValueError as problem:
        raise ApiError(400, "The request's parameters could not be read.") from problem
    tree: dict[str, Node] = {}
    for name, value in pairs:
        _insert(tree, _path(name), value)
    return tree


def _path(name: str) -> list[str]:
    head, bracket, _ = name.partition("[")
    return [head, *_PARTS.findall(name[len(head) :])] if bracket else [name]


def _insert(tree: dict[str, Node], path: list[str], value: str) -> None:
    node = tree
    for part, following in pairwise(path):
        key = str(len(node)) if part == "" else part
        # `a[][x]=1&a[][y]=2` continues the last element until a name comes a second time.
        if part == "" and node and following not in node[str(len(node) - 1)]:
            key = str(len(node) - 1)
        node = node.setdefault(key, {})
        if not isinstance(node, dict):
            raise ApiError(400, f"Invalid parameter: {path[0]} is given both as a value and as a group.", param=path[0])
    last = path[-1]
    node[str(len(node)) if last == "" else last] = value
