"""`python -m onthewire.http`; apart from `cli`, since processes import what they run."""

from onthewire.http.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
