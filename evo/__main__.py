"""`python -m evo`: the command `evo`, for where it is not on the path."""

import sys

from evo.cli.dispatch import main

sys.exit(main())
