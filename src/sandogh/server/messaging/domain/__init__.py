"""The acts of messaging: putting a text in the outbox, sending what is due, taking in texts and reports."""

from sandogh.server.messaging.domain.delivery import deliver_due, record_delivery
from sandogh.server.messaging.domain.inbound import handle_waiting, inbound_received, receive
from sandogh.server.messaging.domain.outbox import enqueue

__all__ = ["deliver_due", "enqueue", "handle_waiting", "inbound_received", "receive", "record_delivery"]
