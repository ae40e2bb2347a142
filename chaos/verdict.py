"""What became of every document, by three witnesses: Stripe's book, KSeF's, and ours."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from chaos.world import World


@dataclass
class Verdict:
    """The counts that must be zero, and those that tell how it went."""

    issued: int = 0
    filed: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong_tenant: list[str] = field(default_factory=list)
    without_receipt: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)  # KSeF has it, we say it is not filed
    sent_again: int = 0  # arrived twice although it had landed; KSeF refused the second and we adopted the first

    @property
    def ok(self) -> bool:
        bad = (self.lost, self.doubled, self.wrong_tenant, self.without_receipt, self.strangers)
        return not any(bad)

    def as_json(self) -> dict[str, Any]:
        lists = ("lost", "doubled", "wrong_tenant", "without_receipt", "strangers")
        shown = {name: len(getattr(self, name)) for name in lists}
        examples = {name: getattr(self, name)[:10] for name in lists if getattr(self, name)}
        return {
            "issued": self.issued,
            "filed": self.filed,
            **shown,
            "sent_again_and_adopted": self.sent_again,
            "examples": examples,
            "ok": self.ok,
        }


def judge(world: World) -> Verdict:
    """Compare the three books."""
    from apps.filings.models import Filing
    from apps.tenants.context import acting_in

    verdict = Verdict()
    evidence = world.ksef.control("GET", "report?documents=1")
    in_ksef = evidence["accepted"]
    verdict.doubled += [" ".join(key) for key in evidence["moreThanOnceAccepted"]]
    verdict.doubled += [
        " ".join(key) for key, count in Counter((d["nip"], d["number"]) for d in in_ksef).items() if count > 1
    ]
    verdict.sent_again = sum(1 for document in in_ksef if document["sends"] > 1)
    numbers = {(document["nip"], document["number"]): document for document in in_ksef}
    for account in world.accounts:
        verdict.wrong_tenant += [
            number for nip, number in numbers if (nip == account.nip) != number.startswith(account.prefix)
        ]
        with acting_in(account.tenant_id):
            filings = {filing.number: filing for filing in Filing.objects.select_related("upo")}
        for number in account.documents():
            verdict.issued += 1
            _of_document(verdict, filings.get(number), numbers.get((account.nip, number)), number)
    return verdict


def _of_document(verdict: Verdict, filing: Any, document: dict[str, Any] | None, number: str) -> None:
    if filing is None or filing.state != "receipted":
        verdict.lost.append(f"{number}: {filing.state if filing else 'no filing'}")
        if document is not None:
            verdict.strangers.append(number)
        return
    verdict.filed += 1
    if document is None or document["ksefNumber"] != filing.ksef_number:
        verdict.lost.append(f"{number}: filed as {filing.ksef_number}, KSeF has {document and document['ksefNumber']}")
    elif filing.ksef_number.encode() not in bytes(filing.upo.content):
        verdict.without_receipt.append(number)
