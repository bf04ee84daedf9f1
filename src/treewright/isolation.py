"""Import nothing of the project that a hook runs in; a hook imports this before all else.

Python looks into PYTHONPATH before its own library, and takes an empty part of it, which a script
of a shell easily makes, for the current folder: that of a project which may hold a `yaml.py`.
"""

import os
import sys
from pathlib import Path


def _is_of_the_project(entry: str) -> bool:
    place = Path(entry).resolve()
    return place in _GIVEN and place.is_relative_to(Path.cwd().resolve())


_GIVEN = {Path(part).resolve() for part in os.environ.get("PYTHONPATH", "").split(os.pathsep)}
sys.path[1:] = [entry for entry in sys.path[1:] if not _is_of_the_project(entry)]
