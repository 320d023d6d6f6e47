"""Client of the simulated mobile network (`sandogh phone serve`). For trying and testing; no text leaves the machine."""

from collections.abc import Mapping

import httpx

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

FICTIONAL_NUMBERS = "0912000"
"""No Iranian range is reserved for fiction, so the simulator keeps to one prefix."""


class SimulatedProvider:
    """The simulated network as a provider. `timeout` is seconds of patience for its answer."""

    name = "simulated"
    simulated = True
    guards_doubles = True

    def __init__(self, url: str, *, timeout: float = 10.0) -> None:
        self._client = httpx.Client(base_url=url, timeout=timeout, trust_env=False)

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._client.close()

    def send(self, message: Outgoing) -> Sent:
        if not message.to.startswith(FICTIONAL_NUMBERS):
            raise SendRefused("not_fictional")
        try:
            answer = self._client.post("/api/send", json={"to": message.to, "text": message.text, "reference": message.reference})
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise SendLater(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise SendUncertain(type(error).__name__) from error
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise SendLater("busy")
        if answer.is_client_error:
            raise SendRefused(f"http_{answer.status_code}")
        try:
            return Sent(provider_id=str(answer.json()["id"]))
        except (ValueError, KeyError, TypeError) as error:
            raise SendUncertain(f"http_{answer.status_code}") from error

    def fetch_inbound(self, cursor: str) -> tuple[list[Incoming], str]:
        try:
            answer = self._client.get("/api/inbox", params={"after": cursor or "0"})
            answer.raise_for_status()
            body = answer.json()
            return [self.parse_inbound(item) for item in body["messages"]], str(body["cursor"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise SendLater(type(error).__name__) from error

    def parse_inbound(self, fields: Mapping[str, str]) -> Incoming:
        try:
            return Incoming(
                provider=self.name,
                message_id=fields["id"],
                sender=fields["from"],
                line=fields["to"],
                text=fields["text"],
                received_at=fields["at"],
            )
        except KeyError as missing:
            raise NotUnderstood(f"missing {missing}") from missing

    def parse_delivery(self, fields: Mapping[str, str]) -> DeliveryReport:
        try:
            return DeliveryReport(
                provider=self.name,
                provider_id=fields["id"],
                reference=fields.get("reference", ""),
                state=DeliveryState(fields["state"]),
                raw=fields["state"],
            )
        except (KeyError, ValueError) as fault:
            raise NotUnderstood(str(fault)) from fault
