"""The generic HTTP provider: what a Gateway describes, done with one HTTP client."""

import json
import re
from collections.abc import Mapping
from typing import Any

import httpx

from sandogh.sms.gateway import Gateway, fill
from sandogh.sms.provider import (
    DeliveryReport,
    DeliveryState,
    Incoming,
    NotUnderstood,
    Outgoing,
    SendLater,
    SendRefused,
    SendUncertain,
    Sent,
)


class HttpProvider:
    """A real gateway. Texts sent here reach real people."""

    simulated = False

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        # No redirects: an answer must come from the gateway that got the key.
        self._client = httpx.Client(timeout=gateway.timeout_seconds, follow_redirects=False, trust_env=False)

    @property
    def name(self) -> str:
        return self._gateway.name

    @property
    def guards_doubles(self) -> bool:
        return self._gateway.guards_doubles

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._client.close()

    def send(self, message: Outgoing) -> Sent:
        gateway = self._gateway
        values = gateway.values(to=gateway.number_of(message.to), text=message.text, reference=message.reference, cursor="")
        fields = fill(gateway.fields, values)
        body: dict[str, Any] = {{"query": "params", "form": "data", "json": "json"}[gateway.encoding]: fields}
        try:
            answer = self._client.request(
                gateway.method, fill(gateway.url, values, url=True), headers=fill(gateway.headers, values), **body
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise SendLater(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise SendUncertain(type(error).__name__) from error
        return self._outcome(answer)

    def _outcome(self, answer: httpx.Response) -> Sent:
        gateway = self._gateway
        try:
            code = _find(answer, gateway.code) if gateway.code else str(answer.status_code)
        except NotUnderstood as fault:
            if answer.status_code in (429, 503):
                raise SendLater(f"http_{answer.status_code}") from fault
            raise SendUncertain(f"http_{answer.status_code}") from fault
        if code in gateway.ok:
            try:
                return Sent(provider_id=_find(answer, gateway.id) if gateway.id else "")
            except NotUnderstood:
                # It was taken; a missing id only means that reports must name our reference.
                return Sent(provider_id="")
        if code in gateway.later:
            raise SendLater(code)
        if code in gateway.blocked:
            raise SendRefused(code, blocked=True)
        if code in gateway.refused or "*" in gateway.refused:
            raise SendRefused(code)
        raise SendUncertain(code)

    def fetch_inbound(self, cursor: str) -> tuple[list[Incoming], str]:
        gateway = self._gateway
        if not gateway.poll:
            return [], cursor
        url = fill(gateway.poll["url"], gateway.values(cursor=cursor, to="", text="", reference=""), url=True)
        try:
            answer = self._client.get(url, headers=fill(gateway.headers, gateway.values(cursor=cursor, to="", text="", reference="")))
            answer.raise_for_status()
            items = _walk(answer.json(), gateway.poll.get("items", ""))
        except (httpx.HTTPError, ValueError, NotUnderstood) as error:
            raise SendLater(type(error).__name__) from error
        if not items:
            return [], cursor
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise SendLater("poll: not a list of messages")
        messages = [{key: str(value) for key, value in item.items()} for item in items]
        field = gateway.poll.get("cursor", "")
        return [self.parse_inbound(item) for item in messages], messages[-1].get(field, cursor) if field else cursor

    def parse_inbound(self, fields: Mapping[str, str]) -> Incoming:
        names = self._gateway.inbound
        try:
            sender, text = fields[names["sender"]], fields[names["text"]]
        except KeyError as missing:
            raise NotUnderstood(f"missing {missing}") from missing
        return Incoming(
            provider=self.name,
            message_id=fields.get(names.get("message_id", ""), ""),
            sender=sender,
            line=fields.get(names.get("line", ""), self._gateway.line),
            text=text,
            received_at=fields.get(names.get("received_at", ""), ""),
        )

    def parse_delivery(self, fields: Mapping[str, str]) -> DeliveryReport:
        names = self._gateway.delivery
        raw = fields.get(names.get("state", ""), "")
        provider_id, reference = fields.get(names.get("provider_id", ""), ""), fields.get(names.get("reference", ""), "")
        if not raw or not (provider_id or reference):
            raise NotUnderstood("missing the state or the message's name")
        # A code that is not in the table is kept raw and moves nothing: providers' documents and programs disagree.
        state = self._gateway.delivery_codes.get(raw, DeliveryState.UNKNOWN)
        return DeliveryReport(provider=self.name, provider_id=provider_id, reference=reference, state=state, raw=raw)


def _find(answer: httpx.Response, notation: str) -> str:
    """What stands at `a.0.b` of a JSON answer, or in the group of `/pattern/` in its text. Raises NotUnderstood."""
    if notation.startswith("/"):
        match = re.search(notation.strip("/"), answer.text)
        if not match:
            raise NotUnderstood("no match")
        return match[1]
    try:
        value = _walk(json.loads(answer.text), notation)
    except ValueError as error:
        raise NotUnderstood("not JSON") from error
    if isinstance(value, dict | list) or value is None:
        raise NotUnderstood(f"nothing at {notation}")
    return str(value)


def _walk(value: Any, notation: str) -> Any:
    for step in filter(None, notation.split(".")):
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise NotUnderstood(f"nothing at {notation}") from error
    return value
