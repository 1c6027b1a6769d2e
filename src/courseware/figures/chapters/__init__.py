"""One module a chapter: its `FIGURES`."""
