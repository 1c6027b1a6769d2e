"""`python -m courseware VERB`: the makers' side of the course."""

from __future__ import annotations

import importlib
import sys

VERBS = {
    "prepare": "make what the site needs before it is built",
    "serve": "serve the site with live reload",
    "test": "run every check of the course",
    "record": "run the transcripts and figures again and write what they print",
    "site": "build the site into site/",
    "offline": "build dist/onthewire-offline.zip",
}


def main(arguments: list[str]) -> int:
    """Run one verb; its module is imported only then."""
    if not arguments or arguments[0] not in VERBS:
        lines = ["usage: python -m courseware VERB [...]", ""]
        lines += [f"  {verb:8} {what}" for verb, what in VERBS.items()]
        asked = arguments[:1] in (["-h"], ["--help"])
        print("\n".join(lines), file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    module = {"site": "finish"}.get(arguments[0], arguments[0])
    result: int = importlib.import_module(f"courseware.{module}").main(arguments[1:])
    return result


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
