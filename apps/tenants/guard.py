"""Refuses to work through a database role that could look over the tenant walls."""

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper

DANGEROUS = """
SELECT array_remove(ARRAY[
    CASE WHEN rolsuper THEN 'is a superuser' END,
    CASE WHEN rolbypassrls THEN 'has BYPASSRLS' END,
    CASE WHEN EXISTS (SELECT 1 FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                      AND pg_has_role(r.oid, c.relowner, 'MEMBER')) THEN 'owns tables or belongs to their owner' END
], NULL) FROM pg_roles r WHERE rolname = current_user
"""

_checked: set[tuple[str, str]] = set()


def refuse_dangerous_role(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """On a process's first connection as a role: raise unless row-level security binds it.

    Migrations run as the owner and say so with KSEFKIT_AS_OWNER=1.
    """
    if os.environ.get("KSEFKIT_AS_OWNER") == "1" or connection.vendor != "postgresql":
        return
    role = (str(connection.settings_dict["USER"]), str(connection.settings_dict["NAME"]))
    if role in _checked:
        return
    with connection.cursor() as cursor:
        cursor.execute(DANGEROUS)
        row = cursor.fetchone()
    faults = row[0] if row else []
    if faults:
        connection.close()
        raise ImproperlyConfigured(
            f"The database role {role[0]} {' and '.join(faults)}, so row-level security would not bind it. "
            "Set DATABASE_URL to the application role (deploy/roles.sql makes it)."
        )
    _checked.add(role)
