"""The values of which the specification of Compose files is made: texts, numbers, lists, names with values.

Written from the reference and measured with Docker Compose 5.6, which is laxer here and stricter there.
https://docs.docker.com/reference/compose-file/
"""

from __future__ import annotations

from math import inf

from dockerlint.compose.forms import BOOLEAN, DURATION, FRACTION, SIZE, WHOLE
from dockerlint.compose.shapes import ANYTHING, Shape, either, listed, mapping, named, pattern, scalar

NOT_NEGATIVE = (0, inf)

TEXT = scalar("text")
NULL = scalar("null")
SWITCH = scalar("boolean", "text", form=BOOLEAN)
WHOLE_NUMBER = scalar("integer", "text", form=WHOLE)
COUNT = scalar("integer", "text", form=WHOLE, limits=NOT_NEGATIVE)
DECIMAL = scalar("number", "text", form=FRACTION)
TIME_SPAN = scalar("text", form=DURATION)
BYTES = scalar("integer", "text", form=SIZE)
ANY_BYTES = scalar("number", "text", form=SIZE)
ANY_SCALAR = scalar("text", "number", "boolean", "date", "null")

TEXTS = listed(TEXT)
UNIQUE_TEXTS = listed(TEXT, unique=True)
TEXT_OR_TEXTS = either(TEXT, TEXTS)
COMMAND = either(TEXT, TEXTS, NULL)
ASSIGNMENTS = either(named(ANY_SCALAR), TEXTS)
UNIQUE_ASSIGNMENTS = either(named(ANY_SCALAR), UNIQUE_TEXTS)
OPTIONS = named(scalar("text", "number", "date"))
HOST = scalar("text", form=pattern("no host with its address, as in `name=10.0.0.1`", "[^=:]+[=:].+"))
HOSTS = either(named(either(TEXT, TEXTS)), listed(HOST, unique=True))
EXTERNAL = either(SWITCH, mapping("`external`", {"name": TEXT}))
LAX_EXTERNAL = either(SWITCH, Shape(keys={"name": TEXT}, others=ANYTHING))
