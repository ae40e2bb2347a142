"""Giving invoices out: download, metadata query, exports."""
