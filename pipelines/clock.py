"""The one place that asks what day it is. Whatever is worked out takes its day from the command and the ledger."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def today() -> date:
    """Today in Japan: for an office's check, for the sensor, and to refuse a day that has not come."""
    return datetime.now(ZoneInfo("Asia/Tokyo")).date()
