"""What the distribution `treewright` is: its address, and whether it has been published.

All of it is in distribution.json, which the templates read, too:

- `address` is what `_src_path` of a project says that this distribution makes. Until there is a
  public one, it is of a domain that can never be somebody's (RFC 2606, section 2).
- `former` lists addresses that it had before, and no others: an update writes `address` in their
  place.
- `pin` is the version that rendered files take from PyPI; empty until a person has published it.
"""

import json
from pathlib import Path

_READ = json.loads(Path(__file__).with_name("distribution.json").read_text(encoding="utf-8"))
ADDRESS: str = _READ["address"]
FORMER: tuple[str, ...] = tuple(_READ["former"])
PIN: str = _READ["pin"]
