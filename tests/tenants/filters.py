"""Reads the program's own queries and says which of them are bound to a company, and by what."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
TENANT = {"tenant", "tenant_id", "tenant_id__in"}
# Ids reach these rooms from claims and from rows of the company; to all others also from addresses and forms.
WORKERS = {"connections", "filings", "registers", "stripe_intake"}
LOOKUPS = {"get_object_or_404", "get_list_or_404"}
WRITES = {"bulk_create", "create", "get_or_create", "update_or_create"}


@dataclass
class Query:
    """One use of a tenant model's manager, with every keyword that narrows it."""

    place: str
    model: str
    keywords: list[tuple[ast.Call, ast.keyword]] = field(default_factory=list)
    methods: set[str] = field(default_factory=set)
    has_tenant_method: bool = False

    @property
    def room(self) -> str:
        return self.place.split("/")[1]

    def filters(self) -> list[tuple[ast.Call, ast.keyword]]:
        """The keywords that name the company."""
        own_key = {"pk", "id"} if self.model == "Tenant" else set()
        return [(call, one) for call, one in self.keywords if one.arg in TENANT | own_key]

    def is_bound(self) -> bool:
        return bool(self.filters()) or self.has_tenant_method or self.is_by_row() or bool(self.methods & WRITES)

    def is_held_otherwise(self) -> bool:
        """Whether no single filter of it is the only one: a row at hand is, or the database refuses a foreign row."""
        return len(self.filters()) != 1 or self.has_tenant_method or self.is_by_row() or bool(self.methods & WRITES)

    def is_by_row(self) -> bool:
        """Whether it asks by a row at hand: foreign keys carry the tenant, so that this never leads to another's."""
        return any(_is_row(one, self.room) for _, one in self.keywords)


def tenant_models() -> set[str]:
    walled = {
        model.__name__
        for model in apps.get_models()
        if any(column.column == "tenant_id" for column in model._meta.concrete_fields)
    }
    return walled | {"Tenant", "StoredOverride"}


def sources() -> dict[str, str]:
    """Every file of the program that may ask the database."""
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for path in sorted((ROOT / "apps").rglob("*.py"))
        if "migrations" not in path.parts and "simulator" not in str(path)
    }


def queries(place: str, tree: ast.Module, models: set[str]) -> Iterator[Query]:
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in models and _is_looked_up(node, parents):
            yield _query(Query(f"{place}:{node.lineno}", node.id), node, parents)
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"} and _is_ours(node, models):
            name = node.value.id if isinstance(node.value, ast.Name) else "model"
            yield _query(Query(f"{place}:{node.lineno}", name), node, parents)


def _is_ours(node: ast.Attribute, models: set[str]) -> bool:
    if isinstance(node.value, ast.Name):
        return node.value.id in models or (not node.value.id[0].isupper() and node.value.id not in {"reader"})
    return True


def _query(query: Query, node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Query:
    top = _along(query, node, parents)
    parent = parents.get(top)
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        for use in ast.walk(_function(top, parents)):
            if isinstance(use, ast.Name) and use.id == parent.targets[0].id and isinstance(use.ctx, ast.Load):
                _along(query, use, parents)
    return query


def _along(query: Query, node: ast.AST, parents: dict[ast.AST, ast.AST]) -> ast.AST:
    """Up the chain of calls, taking their keywords along."""
    while True:
        parent = parents.get(node)
        if isinstance(parent, ast.Attribute):
            query.methods.add(parent.attr)
            query.has_tenant_method |= parent.attr == "of"
        elif isinstance(parent, ast.Call) and parent.func is node:
            query.keywords += [(parent, one) for one in parent.keywords]
        elif _is_looked_up(node, parents):
            assert isinstance(parent, ast.Call)
            query.keywords += [(parent, one) for one in parent.keywords]
            return node
        else:
            return node
        node = parent


def _is_looked_up(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    parent = parents.get(node)
    is_lookup = isinstance(parent, ast.Call) and getattr(parent.func, "id", "") in LOOKUPS
    return is_lookup and parent.args[0] is node  # type: ignore[union-attr]  # a call, as just seen


def _function(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> ast.AST:
    while not isinstance(node, ast.FunctionDef | ast.Module):
        node = parents[node]
    return node


def _is_row(keyword: ast.keyword, room: str) -> bool:
    name = str(keyword.arg).removesuffix("__in")
    if name in {"connection", "lane", "session", "filing", "document", "user", "user_id"}:  # a person's own, by policy
        return not isinstance(keyword.value, ast.Constant)
    if not (name in {"pk", "id", "lanes"} or name.endswith("_id")):
        return False
    text = ast.unparse(keyword.value)
    return room in WORKERS or (text.endswith((".pk", ".id", "_id")) and "." in text) or ".pk for " in text
