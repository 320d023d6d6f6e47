"""The description of a generic HTTP gateway, read from a TOML file. Every provider that speaks HTTP is one such file.

```toml
name = "kavenegar"
line = "100077066"                  # the number that texts come from
guards_doubles = true               # the same {reference} twice is delivered once
timeout_seconds = 10
number = "09"                       # how numbers are written here: 09, 9, 98, +98 or 0098

[secrets]                           # placeholder = environment variable; no secret stands in this file
key = "SANDOGH_SMS_KEY"

[send]
method = "POST"                     # GET or POST
url = "https://api.kavenegar.com/v1/{key}/sms/send.json"
encoding = "form"                   # query, form or json
headers = {}                        # values may hold {key} and the like
fields = { receptor = "{to}", message = "{text}", sender = "{line}", localid = "{reference}" }
code = "return.status"              # where the answer's code stands in JSON; "" = the HTTP status; "/pattern/" = a group in text
ok = ["200"]
later = ["409"]                     # surely not sent, try again
blocked = []                        # the recipient bars us
refused = ["411", "412", "413"]     # surely not sent; "*" = every code not named here; otherwise an unknown code is uncertain
id = "entries.0.messageid"          # where the provider's id stands, in the same notation; "" = none

[inbound]                           # our word = the webhook's field
message_id = "messageid"
sender = "from"
line = "to"
text = "message"
received_at = "date"

[inbound.poll]                      # optional: fetching what the webhook missed
url = "https://api.kavenegar.com/v1/{key}/sms/receive.json?linenumber={line}&isread=0"
items = "entries"                   # where the list stands in the JSON answer
cursor = ""                         # the item's field that {cursor} repeats, "" = the provider keeps count itself

[delivery]
provider_id = "messageid"
reference = "localid"
state = "status"
[delivery.codes]                    # the provider's code = sent, delivered, failed, blocked or unknown
10 = "delivered"
14 = "blocked"
```
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from sandogh.sms.provider import DeliveryState

NUMBER_FORMS = {"09": "0", "9": "", "98": "98", "+98": "+98", "0098": "0098"}
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class BadConfiguration(Exception):
    """A gateway cannot be used as described; says which entry and why."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A checked description. Templates are kept as written; `fill` puts the values in."""

    name: str
    line: str
    guards_doubles: bool
    timeout_seconds: float
    number: str
    secrets: Mapping[str, str] = field(repr=False)
    method: str
    url: str
    encoding: str
    headers: Mapping[str, str]
    fields: Mapping[str, Any]
    code: str
    ok: frozenset[str]
    later: frozenset[str]
    blocked: frozenset[str]
    refused: frozenset[str]
    id: str
    inbound: Mapping[str, str]
    poll: Mapping[str, str]
    delivery: Mapping[str, str]
    delivery_codes: Mapping[str, DeliveryState]

    def number_of(self, mobile: str) -> str:
        """`09…` in the gateway's own form."""
        return NUMBER_FORMS[self.number] + mobile[1:]

    def values(self, **more: str) -> dict[str, str]:
        """What placeholders stand for."""
        return {"line": self.line, **self.secrets, **more}


def fill(template: Any, values: Mapping[str, str], *, url: bool = False) -> Any:
    """The template with its placeholders replaced, through tables and lists; in an address every value is escaped.

    Replaced in one pass and by name only: a text that holds «{key}» stays as it is and reveals nothing.
    """
    if isinstance(template, str):
        return _PLACEHOLDER.sub(lambda match: quote(values[match[1]], safe="") if url else values[match[1]], template)
    if isinstance(template, Mapping):
        return {key: fill(value, values, url=url) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, values, url=url) for value in template]
    return template


def load_gateway(path: str | Path, *, environment: Mapping[str, str] = os.environ) -> Gateway:
    """Read and check a gateway file. Raises BadConfiguration naming the entry at fault."""
    try:
        with Path(path).open("rb") as file:
            table = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadConfiguration(f"{path}: {error}") from error
    return gateway_from(table, environment=environment)


def gateway_from(table: Mapping[str, Any], *, environment: Mapping[str, str]) -> Gateway:
    """A Gateway from the parsed file. Raises BadConfiguration."""
    send, inbound, delivery = _table(table, "send"), dict(_table(table, "inbound", {})), dict(_table(table, "delivery", {}))
    poll, codes = _strings("inbound.poll", inbound.pop("poll", {})), _strings("delivery.codes", delivery.pop("codes", {}))
    gateway = Gateway(
        name=_text(table, "name"),
        line=_text(table, "line", ""),
        guards_doubles=_flag(table, "guards_doubles"),
        timeout_seconds=_seconds(table, "timeout_seconds", 10.0),
        number=_one_of(table, "number", "09", NUMBER_FORMS),
        secrets=_secrets(_strings("secrets", _table(table, "secrets", {})), environment),
        method=_one_of(send, "method", "POST", ("GET", "POST")),
        url=_address("send.url", _text(send, "url")),
        encoding=_one_of(send, "encoding", "form", ("query", "form", "json")),
        headers=_strings("send.headers", send.get("headers", {})),
        fields=_table(send, "fields"),
        code=_text(send, "code", ""),
        ok=_codes(send, "ok", ["200"]),
        later=_codes(send, "later", []),
        blocked=_codes(send, "blocked", []),
        refused=_codes(send, "refused", []),
        id=_text(send, "id", ""),
        inbound=_strings("inbound", inbound),
        poll=poll,
        delivery=_strings("delivery", delivery),
        delivery_codes=_delivery_codes(codes),
    )
    _check_whole(gateway)
    return gateway


def _check_whole(gateway: Gateway) -> None:
    if gateway.method == "GET" and gateway.encoding != "query":
        raise BadConfiguration("send.encoding: a GET carries its fields in the query")
    known = set(gateway.values(to="", text="", reference="", cursor=""))
    for where, template in (
        ("send.url", gateway.url),
        ("send.headers", gateway.headers),
        ("send.fields", gateway.fields),
        ("poll", gateway.poll),
    ):
        if unknown := _placeholders(template) - known:
            raise BadConfiguration(f"{where}: nothing is called {', '.join(sorted(unknown))}")
    used = _placeholders(gateway.url) | _placeholders(gateway.fields)
    if missing := {"to", "text"} - used:
        raise BadConfiguration(f"send.fields: nothing carries {', '.join(sorted(missing))}")
    if gateway.guards_doubles and "reference" not in used:
        raise BadConfiguration("guards_doubles: nothing carries {reference}, so nothing can guard")
    if gateway.poll:
        _address("inbound.poll.url", _text(gateway.poll, "url"))
    for where, notation in (("send.code", gateway.code), ("send.id", gateway.id)):
        if notation.startswith("/"):
            _pattern(where, notation)


def _placeholders(template: Any) -> set[str]:
    if isinstance(template, str):
        return set(_PLACEHOLDER.findall(template))
    if isinstance(template, Mapping):
        template = list(template.values())
    return set().union(*map(_placeholders, template)) if isinstance(template, list) else set()


def _pattern(where: str, notation: str) -> re.Pattern[str]:
    try:
        pattern = re.compile(notation.strip("/"))
    except re.error as error:
        raise BadConfiguration(f"{where}: {error}") from error
    if pattern.groups != 1:
        raise BadConfiguration(f"{where}: the pattern needs one group")
    return pattern


def _address(where: str, url: str) -> str:
    """A gateway is spoken to over TLS; plain HTTP only on this machine."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise BadConfiguration(f"{where}: must begin with https:// (plain http:// only on this machine)")
    return url


def _secrets(names: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    if missing := sorted(variable for variable in names.values() if not environment.get(variable)):
        raise BadConfiguration(f"secrets: the environment lacks {', '.join(missing)}")
    return {name: environment[variable] for name, variable in names.items()}


def _delivery_codes(codes: Mapping[str, str]) -> dict[str, DeliveryState]:
    try:
        return {code: DeliveryState(state) for code, state in codes.items()}
    except ValueError as error:
        raise BadConfiguration(f"delivery.codes: {error}") from error


def _table(table: Mapping[str, Any], key: str, default: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    value = table.get(key, default)
    if not isinstance(value, Mapping):
        raise BadConfiguration(f"{key}: must be a table")
    return value


def _strings(where: str, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(item, str) for item in value.values()):
        raise BadConfiguration(f"{where}: must be a table of texts")
    return dict(value)


def _text(table: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise BadConfiguration(f"{key}: must be a text")
    return value


def _flag(table: Mapping[str, Any], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise BadConfiguration(f"{key}: must be true or false")
    return value


def _seconds(table: Mapping[str, Any], key: str, default: float) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 30:
        raise BadConfiguration(f"{key}: must be seconds, above 0 and at most 30")
    return float(value)


def _one_of(table: Mapping[str, Any], key: str, default: str, choices: Any) -> str:
    value = _text(table, key, default)
    if value not in choices:
        raise BadConfiguration(f"{key}: must be one of {', '.join(choices)}")
    return value


def _codes(table: Mapping[str, Any], key: str, default: list[str]) -> frozenset[str]:
    value = table.get(key, default)
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise BadConfiguration(f"{key}: must be a list of texts")
    return frozenset(value)
