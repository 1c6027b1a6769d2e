"""The figures of the course: SVG drawn from recorded runs or seeded simulations.

Each module here draws one kind of figure; `FIGURES` in `courseware.figures.registry` lists which
file each chapter gets. A figure is a function of committed data alone, so the test draws it again
and compares.
"""

from __future__ import annotations

from courseware.figures.registry import Figure, all_figures

__all__ = ["Figure", "all_figures"]
