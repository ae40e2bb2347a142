"""Taking invoices in: sessions, checks, duplicates, receipts."""
