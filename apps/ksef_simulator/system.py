"""The simulated system: every part of it, made once and shared by all requests."""

import secrets
import threading
from collections import defaultdict
from random import Random, SystemRandom

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from apps.ksef_simulator.certificates import ministry_certificate
from apps.ksef_simulator.clock import BEGINNING, Clock
from apps.ksef_simulator.contract.openapi import Contract
from apps.ksef_simulator.keys import LIFE, KeyRing, pem
from apps.ksef_simulator.numbers import Numbers
from apps.ksef_simulator.options import Options
from apps.ksef_simulator.people.access import Access
from apps.ksef_simulator.people.certificates import Certificates
from apps.ksef_simulator.people.context_limits import ContextLimits
from apps.ksef_simulator.people.grants import Grants
from apps.ksef_simulator.people.subject_limits import SubjectLimits
from apps.ksef_simulator.people.subjects import Subjects
from apps.ksef_simulator.people.tokens import PERMISSIONS, Tokens
from apps.ksef_simulator.reading.collective import Collectives
from apps.ksef_simulator.reading.export_store import Exports
from apps.ksef_simulator.sending.ledger import Ledger
from apps.ksef_simulator.sending.packages import Packages
from apps.ksef_simulator.sending.receipts import Receipts
from apps.ksef_simulator.signatures.seal import Seal, seal_from
from apps.ksef_simulator.signin.challenges import Challenges
from apps.ksef_simulator.signin.operations import SignIns
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.store import Store
from apps.ksef_simulator.web.faults import Faults
from apps.ksef_simulator.web.latarnia import Latarnia
from apps.ksef_simulator.web.limits import Limiter
from apps.ksef_simulator.web.links import Links
from apps.ksef_simulator.web.report import Report


class System:
    def __init__(self, options: Options, clock: Clock | None = None) -> None:
        self.options = options
        self.clock = clock or Clock()
        self.random: Random = SystemRandom() if options.seed is None else Random(options.seed)  # noqa: S311 - repeatable on request
        self.lock = threading.RLock()
        self._session_locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        self.store = Store(options.state)
        self.clock.offset = self.store.setting("clock-offset") or 0.0
        self.contract = Contract.load()
        self.numbers = Numbers(self.random)
        self.report = Report()
        self.faults = Faults(self.random)
        self.limiter = Limiter(
            {**self.contract.limits, **options.limit_values}, self.store, enforced=options.limits != "off"
        )
        secret = self._secret()
        self.latarnia = Latarnia()
        self.links = Links(secret)
        self.keys = KeyRing(self.clock, self.store)
        self.tokens = Tokens(self.clock, self.numbers, self.store, options.signin_delay)
        self.sign_ins = SignIns(self.store, secret, "ksef-api-te")
        self.challenges = Challenges(self.clock, self.numbers)
        self.subjects = Subjects(self.store)
        self.grants = Grants(self.store)
        self.access = Access(self)
        self.certificates = Certificates(self.store, self.clock.now())
        self.context_limits = ContextLimits(self.store)
        self.subject_limits = SubjectLimits(self.store)
        self.ledger = Ledger(self.store)
        issuer = "Ministerstwo Finansów" + (f" - {options.environment_name}" if options.environment_name else "")
        self.receipts = Receipts(self._seal(), issuer)
        for nip, token in options.tokens:
            self.tokens.install(Identifier("Nip", nip), token, list(PERMISSIONS))

        self.collectives = Collectives(self.store)
        self.exports = Exports(self)
        self.packages = Packages(self)
        self.packages.resume()

    def session_lock(self, reference: str) -> threading.RLock:
        """Calls on one session take turns; calls on different sessions do not wait for each other."""
        with self.lock:
            return self._session_locks[reference]

    def close(self) -> None:
        self.packages.close()
        self.exports.close()
        self.store.close()

    def _secret(self) -> bytes:
        secret: bytes | None = self.store.setting("secret")
        if secret is None:
            secret = secrets.token_bytes(32)
            self.store.set("secret", secret)
        return secret

    def _seal(self) -> Seal:
        kept = self.store.setting("seal")
        if kept is None:
            private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            certificate = ministry_certificate(private, BEGINNING, BEGINNING + LIFE)
            kept = {"key": pem(private), "certificate": certificate.public_bytes(serialization.Encoding.DER)}
            self.store.set("seal", kept)
        return seal_from(kept["key"], kept["certificate"])
