"""Pages are tested over the same simulator that the engine is tested with."""

from tests.filings.conftest import house, ksef

__all__ = ["house", "ksef"]
