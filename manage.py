#!/usr/bin/env python
"""Django's command line for KSeF Kit."""

import os
import sys


def main() -> None:
    if sys.argv[1:2] == ["fa3_preview"]:
        # It touches neither database nor network, so it also runs where nothing is configured.
        from apps.documents.management.commands.fa3_preview import Command

        Command().run_from_argv(sys.argv)
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ksefkit.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
