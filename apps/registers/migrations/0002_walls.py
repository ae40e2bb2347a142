"""The tenant walls around questions and answers; published rates and answers are written once."""

from django.db import migrations

from apps.tenants.rls import behind_walls, platform_function, platform_may, written_once

# One tenant and register at a time, whoever has waited longest: the White List takes thirty numbers in one question.
CLAIM = """
    WITH first AS (
        SELECT tenant_id, register FROM registers_registercheck
        WHERE next_action_at <= moment ORDER BY next_action_at LIMIT 1
    ), due AS (
        SELECT c.id FROM registers_registercheck c JOIN first f ON c.tenant_id = f.tenant_id AND c.register = f.register
        WHERE c.next_action_at <= moment ORDER BY c.next_action_at LIMIT most FOR UPDATE OF c SKIP LOCKED
    )
    UPDATE registers_registercheck c SET next_action_at = lasting FROM due WHERE c.id = due.id RETURNING c.tenant_id, c.id
"""


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_initial"), ("tenants", "0002_walls")]

    operations = [
        written_once("registers_exchangerate"),
        behind_walls("registers_registercheck"),
        behind_walls("registers_registeranswer"),
        written_once("registers_registeranswer"),
        platform_may(
            "registers_registercheck",
            columns=["id", "tenant_id", "register", "next_action_at"],
            update=["next_action_at"],
        ),
        platform_function(
            "ksefkit_claim_register_checks(moment timestamptz, lasting timestamptz, most integer)",
            returns="TABLE (tenant_id uuid, check_id uuid)",
            body=CLAIM,
        ),
    ]
