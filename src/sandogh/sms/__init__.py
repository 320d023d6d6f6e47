"""Clients of SMS providers; used by the messaging app and by the credential authority."""
