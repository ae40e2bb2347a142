"""How long it takes to sign the sign-in document, by RSA-2048 and EC P-256: `python -m bench.signing`.

Method: 5 % warm-up, 7 runs of 300, the median run counts. Every run's last document is verified, outside the clock.
The target is held against processor time, so that another job on the core does not decide it; both clocks are shown.
"""

import json
import os
import platform
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from apps.ksef_client.context import Context
from apps.ksef_client.credentials import Credential, PrivateKey, from_pem
from apps.ksef_client.csr import new_ec_key, new_rsa_key
from apps.ksef_client.xades import AuthTokenRequest, sign_request

TARGETS_MS = {"rsa": 0.7, "ec": 0.4}
RUNS = 7
SIGNATURES = 300
WARM_UP = SIGNATURES // 20  # 5 %
REQUEST = AuthTokenRequest("20250514-CR-226FB7B000-3ACF9BE4C0-10", Context("5265877635"))


def credential(key: PrivateKey, now: datetime) -> Credential:
    """A company seal of the kind TEST accepts."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Acme"),
            x509.NameAttribute(x509.ObjectIdentifier("2.5.4.97"), "VATPL-5265877635"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Acme"),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "PL"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return from_pem(certificate.public_bytes(Encoding.PEM), pem)


def measure(holder: Credential, now: datetime) -> list[tuple[float, float]]:
    """Milliseconds per signature, one figure per run: processor time and wall clock."""
    for _ in range(WARM_UP):
        sign_request(REQUEST, holder, at=now)
    figures = []
    for _ in range(RUNS):
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(SIGNATURES):
            document = sign_request(REQUEST, holder, at=now)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        figures.append((cpu / SIGNATURES * 1000, wall / SIGNATURES * 1000))
        config = XAdESSignatureConfiguration(expect_references=2)
        XAdESVerifier().verify(document, x509_cert=holder.certificate, expect_config=config)
    return figures


def main() -> int:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    now = datetime.now(UTC)
    met = True
    for kind, key in (("rsa", new_rsa_key()), ("ec", new_ec_key())):
        figures = measure(credential(key, now), now)
        median = statistics.median(cpu for cpu, _ in figures)
        met = met and median <= TARGETS_MS[kind]
        result = {
            "bench": f"xades_{kind}",
            "ms": round(median, 3),
            "target_ms": TARGETS_MS[kind],
            "worst_ms": round(max(cpu for cpu, _ in figures), 3),
            "wall_ms": round(statistics.median(wall for _, wall in figures), 3),
            "runs": RUNS,
            "signatures": SIGNATURES,
            "python": platform.python_version(),
        }
        sys.stdout.write(json.dumps(result) + "\n")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
