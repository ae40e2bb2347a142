"""What connecting Stripe says to people: problems, and why each permission is needed."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise

PROBLEMS: dict[str, Sentence] = {
    "not_a_key": _(
        "This is not a Stripe key. Copy the restricted key as a whole; it begins with rk_live_ or rk_test_."
    ),
    "publishable_key": _(
        "This is the publishable key, which may read nothing. Make a restricted key and copy that one; "
        "it begins with rk_."
    ),
    "secret_key": _(
        "This is a secret key, which may do everything in your account. KSeF Kit does not store such keys. "
        "Make a restricted key with the permissions listed here."
    ),
    "key_refused": _(
        "Stripe does not accept this key. Nothing was stored. Check that it was copied as a whole and not deleted."
    ),
    "permissions_missing": _(
        "The key may not read everything an invoice needs. Nothing was stored. Add the permissions named here to the "
        "key in Stripe, then try again with the same key."
    ),
    "stripe_unreachable": _("Stripe did not answer. Nothing was stored. Try again in a minute."),
    "account_taken": _(
        "This Stripe account is already connected to another company here. One account feeds one company, so that no "
        "invoice is filed twice. Disconnect it there first."
    ),
    "endpoint_refused": _(
        "Stripe did not make the webhook endpoint. The connection works as before. Make the endpoint by hand and paste "
        "its signing secret."
    ),
    "no_signing_secret": _(
        "This is not a signing secret. Copy it from the endpoint's page in Stripe; it begins with whsec_."
    ),
}

WHY: dict[str, Sentence] = {
    "rak_invoice_read": _("Invoices and their lines: what is filed."),
    "rak_credit_note_read": _("Credit notes: filed as corrections."),
    "rak_tax_rate_read": _("VAT rates: an invoice names only their ids."),
    "rak_customer_read": _("The buyer's tax numbers and whether they were confirmed."),
    "rak_event_read": _("The list of events: finds what a lost delivery left out."),
    "rak_webhook_write": _("Lets KSeF Kit make its webhook endpoint itself. Without it you make it by hand."),
    "rak_connected_account_read": _("The account's id and name, so that one account never feeds two companies."),
    "rak_product_read": _("Product names and marks, such as GTU codes."),
    "rak_payment_intent_read": _("The form of payment shown on the document."),
    "rak_secret_write": _("Keeps your KSeF token in your own Stripe account. Not needed with a KSeF certificate."),
}
