"""`python -m evo.cli`, for where the command is not on the path."""

import sys

from evo.cli.dispatch import main

sys.exit(main())
