"""The API's description, for the desk's typed client.

``python -m gardefou.web.openapi > frontend/openapi.json`` renews what `npm run generate:api` reads.
"""

from __future__ import annotations

import json
import sys

from gardefou.web.app import routes


def document() -> str:
    """The OpenAPI document as JSON, the same every time."""
    return json.dumps(routes().openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
