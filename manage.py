#!/usr/bin/env python
"""Django's command line for Omnistore."""

import os
import sys


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # Says which variable is wrong and what to set it to; where it was read is of no use to anybody.
        sys.exit(str(error))


if __name__ == "__main__":
    main()
