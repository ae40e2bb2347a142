"""A client for KSeF 2.0: small, typed, pure. One function per call; clock, transport and randomness are arguments.

    ksef = Ksef(TEST, RequestsTransport(), clock=lambda: datetime.now(UTC), observer=ledger)
    keys = Keys(MemoryKeyCache(), jitter=random.random)

    challenge = auth.request_challenge(ksef)
    sign_in = auth.start_with_token(ksef, keys, challenge, context=Context(nip), ksef_token=token)
    tokens = auth.finish(ksef, sign_in, wait=time.sleep)
    ksef = ksef.signed_in(tokens.access.value)

    key = new_session_key()
    session = online.open_session(ksef, keys, key)
    reference = online.send_invoice(ksef, session.reference, seal(xml, key))
    online.close_session(ksef, session.reference)

    package = build_package(documents, key, directory)           # a batch instead
    session = batch.open_batch(ksef, keys, key, package)
    batch.upload_parts(ksef, package, session)
    batch.close_batch(ksef, session.reference)

    sessions.session_status(ksef, session.reference)
    sessions.invoice_status(ksef, session.reference, reference)
    upo.download_upo_of_invoice(ksef, session.reference, reference)

Nothing here sleeps or repeats a call, except once with a fresh key when KSeF has withdrawn its public key (21470).
What went wrong is one of four errors (`errors`): AccessDenied, Refused, Unavailable, OutcomeUnknown.
"""
