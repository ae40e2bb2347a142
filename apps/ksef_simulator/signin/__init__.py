"""Sign-in: challenge, KSeF token, signed document, and the tokens that follow."""
