"""Does a name look like a company's? Then a missing tax number would hide a mandatory invoice."""

import re

# Written with dots or words, these end no person's name.
_ANY_CASE = (
    r"sp(ó|o)łka z (ograniczoną|ograniczona) (odpowiedzialnością|odpowiedzialnoscia)",
    r"sp(ó|o)łka (akcyjna|komandytowa|komandytowo-akcyjna|jawna|cywilna|partnerska)",
    r"sp\.? ?z\.? ?o\.? ?o\.?|z o\. ?o\.?",
    r"sp\. ?(k|j|p|c)\.?|sp (k|j)",
    r"s\. ?a\.?|s\. ?c\.?|s\. ?k\. ?a\.?|p\. ?s\. ?a\.?|s\. ?j\.?",
    r"gmbh( & co\.? ?kg)?|mbh|ohg|e\. ?k\.?|e\. ?v\.?|kgaa",
    r"ltd\.?|limited|inc\.?|incorporated|corp\.?|corporation|company|llc|l\. ?l\. ?c\.?|llp|l\. ?p\.?|plc",
    r"s\. ?r\. ?l\.?|srl|s\. ?p\. ?a\.?|sarl|s\. ?a\. ?r\. ?l\.?|s\. ?à ?r\. ?l\.?|s\. ?a\. ?s\.?|eurl",
    r"s\. ?l\.?( ?u\.)?|lda\.?|ltda\.?",
    r"b\. ?v\.?( ?b\. ?a\.?)?|n\. ?v\.?|bvba|oyj|a/s|aps|s\. ?r\. ?o\.?|a\. ?s\.?|kft\.?|zrt\.?|nyrt\.?",
    r"d\. ?o\. ?o\.?|d\. ?d\.?",
    r"uab|e?ood|doo|pty\.?( ltd\.?)?|pte\.?( ltd\.?)?|k\. ?k\.?",
)
# These may also end a name (Sas is a surname), so they count in capitals only.
_CAPITALS = r"SASU?|SA|SC|AG|KG|UG|SE|BV|NV|AB|AS|O[Yy]|OÜ|SL|SKA|PSA|SIA|AD|EK|KK"
# What the register adds behind the legal form.
_BEHIND = r"( w (likwidacji|upadłości|restrukturyzacji))?"
# The partners of a civil partnership, or a branch, may be named behind these.
_ANYWHERE = r"sp\.? z\.? ?o\.? ?o\.?|s\. ?c\."
_NAMED_BEHIND = re.compile(rf"[\s,](?i:{_ANYWHERE})(?=[\s,])")
_COMPANY = re.compile(rf"(?:^|[\s,])(?:(?i:{'|'.join(_ANY_CASE)})|(?:{_CAPITALS}))(?i:{_BEHIND})$")


def looks_like_company(name: str) -> bool:
    """True when the name ends in the legal form of a company, or only names follow it."""
    stripped = name.strip()
    return bool(_COMPANY.search(stripped) or _NAMED_BEHIND.search(stripped))
