"""Outbound queue, inbound messages, delivery reports."""
