"""Belenios protocol 1 as pure values and checks: bytes in, values or errors out (protocol.md)."""
