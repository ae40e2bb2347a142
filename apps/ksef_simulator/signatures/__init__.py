"""XML signatures: canonical form, verifying what clients sign, signing receipts."""
