"""The one place that asks for the time; everything else is told."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The present instant, in UTC."""
    return timezone.now()
