"""What every SMS provider is to us: values in, values out, and three ways for a sending to fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text to send. `to` is `09` and nine digits; `reference` is ours and unique, the guard against doubles where it is honoured."""

    to: str
    text: str
    reference: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has taken the text. `provider_id` is its own name for it; empty if it gives none."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """A text that somebody sent to our line. The sender is a claim. `message_id` is empty if the provider gives none."""

    provider: str
    message_id: str
    sender: str
    line: str
    text: str
    received_at: str
    """The provider's own time, as it came; compared, never computed with."""


class DeliveryState(StrEnum):
    """What a delivery report says. Our words for every provider's codes."""

    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One report about one text, named by the provider's id, by our reference, or by both; `raw` is the code as it came."""

    provider: str
    provider_id: str
    reference: str
    state: DeliveryState
    raw: str


class SmsError(Exception):
    """A sending that did not simply succeed. `raw` is the provider's own code or the fault's name, never the text."""

    def __init__(self, raw: str) -> None:
        super().__init__(raw)
        self.raw = raw


class SendRefused(SmsError):
    """Not sent and never will be: wrong number, refused text, no permission. `blocked`: the recipient or the operator bars us."""

    def __init__(self, raw: str, *, blocked: bool = False) -> None:
        super().__init__(raw)
        self.blocked = blocked


class SendLater(SmsError):
    """Surely not sent; worth another try: busy, no connection."""


class SendUncertain(SmsError):
    """Sent or not sent, nobody knows: the answer did not come or makes no sense. Not a failure."""


class NotUnderstood(SmsError):
    """A request to our webhook, or an answer, lacks what it must have."""


class Provider(Protocol):
    """A client of one provider. Its methods raise only SmsError's children."""

    @property
    def name(self) -> str:
        """Short and stable; stored with each message."""

    @property
    def simulated(self) -> bool:
        """Whether texts end in a simulated phone. Only then may a fictional election be texted about."""

    @property
    def guards_doubles(self) -> bool:
        """Whether sending one reference twice delivers once. Only then may an uncertain sending be tried again by this provider."""

    def send(self, message: Outgoing) -> Sent:
        """Hand one text over. Raises SendRefused, SendLater or SendUncertain."""

    def fetch_inbound(self, cursor: str) -> tuple[list[Incoming], str]:
        """Texts that came after the cursor, and the next cursor; "" begins. Nothing if the provider cannot be polled. Raises SendLater."""

    def parse_inbound(self, fields: Mapping[str, str]) -> Incoming:
        """The text that a webhook call carries. Raises NotUnderstood."""

    def parse_delivery(self, fields: Mapping[str, str]) -> DeliveryReport:
        """The report that a webhook call carries. Raises NotUnderstood."""
