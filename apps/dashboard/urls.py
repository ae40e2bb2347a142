"""Addresses of the pages. Everything of a company lies under /c/<its id>/."""

from django.urls import include, path

from .views import (
    api_keys,
    audit,
    companies,
    company_settings,
    connections,
    documents,
    onboarding,
    overview,
    people,
    review,
    stripe,
    weather,
)

company = [
    path("", overview.overview, name="overview"),
    path("start/", onboarding.start, name="start"),
    path("start/stripe/", stripe.start_stripe, name="start_stripe"),
    path("start/ksef/", onboarding.start_ksef, name="start_ksef"),
    path("start/first-document/", onboarding.first_document, name="first_document"),
    path("documents/", documents.documents, name="documents"),
    path("documents/<uuid:filing_id>/", documents.document, name="document"),
    path("documents/<uuid:filing_id>/xml/", documents.document_xml, name="document_xml"),
    path("documents/<uuid:filing_id>/upo/", documents.document_upo, name="document_upo"),
    path("documents/<uuid:filing_id>/source/", documents.document_source, name="document_source"),
    path("documents/<uuid:filing_id>/retry/", review.retry_document, name="retry_document"),
    path("documents/<uuid:filing_id>/state/<slug:kind>/", review.state, name="state"),
    path("documents/<uuid:filing_id>/abandon/", review.abandon_document, name="abandon_document"),
    path("review/", review.review, name="review"),
    path("review/retry/", review.retry_chosen, name="retry_chosen"),
    path("review/items/<uuid:item_id>/settle/", review.settle_item, name="settle_item"),
    path("settings/connections/", connections.connections, name="connections"),
    path("weather/", weather.weather, name="weather"),
    path("settings/connections/stripe/<uuid:connection_id>/secret/", stripe.signing_secret, name="signing_secret"),
    path("settings/connections/stripe/<uuid:connection_id>/rotate/", stripe.rotate_stripe_secret, name="rotate_secret"),
    path("settings/connections/stripe/<uuid:connection_id>/disconnect/", stripe.disconnect, name="disconnect_stripe"),
    path("settings/connections/ksef/<uuid:connection_id>/check/", connections.check_ksef, name="check_ksef"),
    path("settings/", company_settings.company_settings, name="settings"),
    path("settings/profile/", company_settings.profile, name="profile"),
    path("settings/filing-rules/", company_settings.filing_rules, name="filing_rules"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/invite/", people.invite_person, name="invite_person"),
    path("settings/people/<uuid:membership_id>/role/", people.set_role, name="set_role"),
    path("settings/people/<uuid:membership_id>/remove/", people.remove_person, name="remove_person"),
    path("settings/people/<uuid:membership_id>/confirm/", people.confirm_person, name="confirm_person"),
    path("settings/invitations/<uuid:invitation_id>/withdraw/", people.withdraw_invitation, name="withdraw_invitation"),
    path("settings/api-keys/", api_keys.api_keys, name="api_keys"),
    path("settings/api-keys/<uuid:key_id>/revoke/", api_keys.revoke_api_key, name="revoke_api_key"),
    path("settings/audit/", audit.audit, name="audit"),
    path("settings/audit.csv", audit.audit_csv, name="audit_csv"),
]

urlpatterns = [
    path("", companies.home, name="home"),
    path("new/", companies.new_company, name="new_company"),
    path("join/<str:secret>/", people.join, name="join"),
    path("c/<uuid:tenant_id>/", include(company)),
]
