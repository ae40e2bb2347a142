"""The rows of the filing engine."""

from .attempt import FilingAttempt, FilingXml
from .filing import Filing, Mode
from .lane import Lane
from .session import KsefSession
from .shared import LedgerPause, ProcessingTime, RequestLedger, Weather
from .upo import Upo
from .watch import Alarm, Difference

__all__ = [
    "Alarm",
    "Difference",
    "Filing",
    "FilingAttempt",
    "FilingXml",
    "KsefSession",
    "Lane",
    "LedgerPause",
    "Mode",
    "ProcessingTime",
    "RequestLedger",
    "Upo",
    "Weather",
]
