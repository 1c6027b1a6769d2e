"""Chapter 11: a reading of a sensor as octets, and back."""

from __future__ import annotations

from courseware.checker.report import Failed
from courseware.drivers.pack_reading import ROUND_TRIPS
from courseware.exercises.context import Context
from courseware.exercises.model import Exercise, Stage

DRIVER = "pack_reading"


def golden(context: Context) -> None:
    """Octets that were written down by hand, both ways."""
    context.drive(DRIVER, "golden")


def round_trips(context: Context) -> None:
    """Random readings, the ends of all ranges among them."""
    count = context.drive(DRIVER, "round_trips", context.chance.randrange(2**32))
    if count != ROUND_TRIPS:
        raise Failed(f"The check was left after {count} of {ROUND_TRIPS} readings.")


def refuses_octets(context: Context) -> None:
    """Too few octets, too many, and names that are not UTF-8."""
    context.drive(DRIVER, "refuses_octets")


def refuses_values(context: Context) -> None:
    """Values that do not fit."""
    context.drive(DRIVER, "refuses_values")


EXERCISE = Exercise(
    name="pack-reading",
    chapter=11,
    slug="octets",
    title="A reading as octets",
    goal=(
        "Write `pack_reading(reading)`, which gives the octets of a dict, and "
        "`unpack_reading(octets)`, which gives the dict again. In network byte order: `altitude` "
        "in 2 octets, signed; `sequence` in 4, unsigned; `temperature`, a float, as hundredths in "
        "2 octets, signed; then 1 octet with the length of the name in octets, and the `name` in "
        "UTF-8. A value that does not fit is a ValueError of `pack_reading`. In `unpack_reading`, "
        "octets that end too early are an EOFError; octets behind the name, or a name that is not "
        "UTF-8, a ValueError."
    ),
    stages=(
        Stage(
            "packs and unpacks readings that were packed by hand",
            golden,
            "The most significant octet comes first (RFC 791 appendix B), no octets lie between "
            "the fields, and the length counts octets, not characters (chapter 11).",
        ),
        Stage(
            f"gives back {ROUND_TRIPS} random readings",
            round_trips,
            "Most hundredths are no float exactly: 0.29 * 100 is a little less than 29. Round to "
            "the nearest whole number, do not cut (chapter 11).",
            randomized=True,
        ),
        Stage(
            "refuses octets that are no reading",
            refuses_octets,
            "A slice that gets too few octets is no error in Python, octets that nobody reads are "
            "not noticed by themselves, and octets that are not UTF-8 have no text (RFC 3629 "
            "section 3; chapter 11).",
        ),
        Stage(
            "refuses values that do not fit",
            refuses_values,
            "Four octets hold the numbers from 0 to 4,294,967,295 and no other; a number that is "
            "cut arrives as another number (chapter 11).",
        ),
    ),
)
