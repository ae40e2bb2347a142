"""Every column that can hold words, declared: personal data and when they go, or none and why.

tests/archive/test_personal.py compares this with the database, anonymises a word planted in each personal column, and
asks for each such word as a person would who wants to know what is kept.
"""

from enum import StrEnum


class Fate(StrEnum):
    """When a personal datum goes."""

    DOCUMENT = "with its document, ten full years after the year of issue"
    AGE = "by its own age, eleven full years after its year"
    ACCOUNT = "with the person's account or the company's"


PERSONAL = {
    "documents_sourcedocument.buyer_name": Fate.DOCUMENT,
    "documents_sourcedocument.customer_id": Fate.DOCUMENT,
    "documents_sourcedocument.payload": Fate.DOCUMENT,
    "documents_sourcedocument.side_data": Fate.DOCUMENT,
    "filings_filing.buyer_name": Fate.DOCUMENT,
    "filings_filing.reason_params": Fate.DOCUMENT,
    "filings_filingattempt.status_text": Fate.DOCUMENT,
    "filings_filingxml.content": Fate.DOCUMENT,
    "filings_filingxml.handover": Fate.DOCUMENT,
    "filings_filingxml.provenance": Fate.DOCUMENT,
    "filings_filingxml.warnings": Fate.DOCUMENT,
    "reviews_hold.reasons": Fate.DOCUMENT,
    "reviews_override.reason": Fate.DOCUMENT,
    "reviews_override.value": Fate.DOCUMENT,
    "reviews_reviewitem.closing_note": Fate.DOCUMENT,
    "reviews_reviewitem.facts": Fate.DOCUMENT,
    "stripe_intake_stripeevent.body": Fate.DOCUMENT,
    "audit_auditwords.words": Fate.DOCUMENT,  # those about no document by their age
    "registers_registeranswer.answer": Fate.AGE,
    "registers_registeranswer.name": Fate.AGE,
    "account_emailaddress.email": Fate.ACCOUNT,
    "audit_auditentry.origin": Fate.ACCOUNT,
    "tenants_companyprofile.address_l1": Fate.ACCOUNT,
    "tenants_companyprofile.address_l2": Fate.ACCOUNT,
    "tenants_companyprofile.bank_account": Fate.ACCOUNT,
    "tenants_companyprofile.email": Fate.ACCOUNT,
    "tenants_companyprofile.footer": Fate.ACCOUNT,
    "tenants_companyprofile.name": Fate.ACCOUNT,
    "tenants_companyprofile.phone": Fate.ACCOUNT,
    "tenants_invitation.email": Fate.ACCOUNT,
    "tenants_supportgrant.reason": Fate.ACCOUNT,
    "tenants_tenant.name": Fate.ACCOUNT,
    "tenants_user.email": Fate.ACCOUNT,
    "usersessions_usersession.ip": Fate.ACCOUNT,
    "usersessions_usersession.user_agent": Fate.ACCOUNT,
}

# The columns of each table by name.
NOT_PERSONAL = {
    # Numbers, codes, hashes and names of things: the law wants them kept, or nobody can read a person from them.
    "audit_auditentry": "event actor subject_kind subject_id data previous_hash entry_hash",
    "audit_auditwords": "salt",
    "documents_mappingsettings": "values",
    "documents_sourcedocument": "kind stripe_id number original_stripe_id currency stripe_status api_version sha256 "
    "fingerprint",
    "filings_difference": "kind ksef_number number facts",  # the facts are a hash and a type
    "filings_filing": "environment kind stripe_id number currency chain state reason_code mode certificate_link "
    "corrects_hash invoice_hash invoice_reference ksef_number ksef_mode",
    "filings_filingattempt": "invoice_hash corrected_hash invoice_reference outcome",
    "filings_filingxml": "sha256",
    "filings_upo": "kind session_reference upo_reference ksef_number content sha256",
    "registers_exchangerate": "source currency table",
    "registers_registeranswer": "register subject outcome status request_id",
    "registers_registercheck": "register subject trouble",
    "reviews_hold": "first_code state",
    "reviews_override": "stripe_id kind",
    "reviews_reviewitem": "kind state",
    "stripe_intake_stripeevent": "event_id type object_id account api_version signature source state state_reason",
    "stripe_intake_stripesideobject": "stripe_id content",  # tax rates and products
    "tenants_apikey": "name scope secret_hash",
    "tenants_companyprofile": "country krs regon bdo swift bank_name",
    "tenants_invitation": "role secret_hash",
    "tenants_membership": "role",
    "tenants_tenant": "nip",
    "tenants_user": "language password",
    # How programs and services answered, about no person and no document.
    "filings_alarm": "kind subject params",
    "filings_ksefsession": "kind state reference iv package status_text plan_code plan_params aes_key_sealed "
    "upload_links_sealed",
    "filings_lane": "place account plan_code plan_params pause_code pause_params limits",
    "filings_ledgerpause": "account group",
    "filings_processingtime": "place bucket seconds",
    "filings_requestledger": "account group",
    "filings_weather": "place state last_failure announced",
    "stripe_intake_stripeerrand": "kind subject state reason progress",
    "stripe_intake_stripefeed": "pause_reason refused_extras",
    # The company's own access, its secrets sealed or hashed.
    "account_emailconfirmation": "key",
    "connections_certificaterequest": "purpose challenge sign_in_reference sign_in_token_sealed refresh_token_sealed "
    "private_key_sealed reference serial_number certificate_pem token_reference problem_pl problem_en problem_detail",
    "connections_ksefconnection": "environment base_url context_nip method token_sealed certificate_pem "
    "private_key_sealed offline_certificate_pem offline_private_key_sealed refresh_token_sealed access_token_sealed "
    "status status_reason",
    "connections_stripeclaim": "account",
    "connections_stripeconnection": "account_id account_name account_claim api_base api_version api_key_sealed "
    "webhook_secret_sealed previous_webhook_secret_sealed stripe_endpoint_id status status_reason",
    "connections_tenantkey": "provider wrapped",
    "django_session": "session_key session_data",
    "mfa_authenticator": "type data",
    "usersessions_usersession": "session_key data",
    # Django's own.
    "auth_group": "name",
    "auth_permission": "name codename",
    "django_content_type": "app_label model",
    "django_migrations": "app name",
}
