#!/usr/bin/env python
"""Django's command line for Carillon. `bin/dev` and `bin/test` set the environment it needs."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
