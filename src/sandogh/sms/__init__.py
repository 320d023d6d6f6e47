"""Clients of SMS providers; used by the messaging app and by the credential authority. No Django here."""

from sandogh.sms.opening import BadConfiguration, open_provider
from sandogh.sms.parts import MULTI_PART, ONE_PART, sms_parts, sms_units
from sandogh.sms.provider import (
    DeliveryReport,
    DeliveryState,
    Incoming,
    NotUnderstood,
    Outgoing,
    Provider,
    SendLater,
    SendRefused,
    SendUncertain,
    Sent,
)

__all__ = [
    "MULTI_PART",
    "ONE_PART",
    "BadConfiguration",
    "DeliveryReport",
    "DeliveryState",
    "Incoming",
    "NotUnderstood",
    "Outgoing",
    "Provider",
    "SendLater",
    "SendRefused",
    "SendUncertain",
    "Sent",
    "open_provider",
    "sms_parts",
    "sms_units",
]
