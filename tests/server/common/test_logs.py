"""A log names what failed and where, and quotes nobody."""

import logging
import sys

from sandogh.server.common.logs import WithoutWords

NUMBER = "09120000101"


def fail() -> None:
    raise KeyError(f"Key (mobile)=({NUMBER}) already exists")


def formatted() -> str:
    try:
        try:
            fail()
        except KeyError as cause:
            raise ValueError(f"no voter {NUMBER}") from cause
    except ValueError:
        fault = sys.exc_info()
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Internal Server Error: %s", ("/e/arkan/",), fault)
    return WithoutWords("{levelname} {message}", style="{").format(record)


def test_a_traceback_names_kinds_and_places_and_quotes_nothing() -> None:
    lines = formatted().splitlines()
    assert lines[0] == "ERROR Internal Server Error: /e/arkan/"
    assert lines[1].startswith(f"  {__file__}:")
    assert lines[1].endswith(" in formatted")
    assert [part.split(" at ")[0] for part in lines[2].split(" from ")] == ["ValueError", "KeyError"]
    assert NUMBER not in "".join(lines)
