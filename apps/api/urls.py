"""Addresses of the API. The company is the key's own and stands in no address."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView

from . import audit, decisions, problems, views

urlpatterns = [
    path(
        "openapi.json",
        SpectacularJSONAPIView.as_view(authentication_classes=[], permission_classes=[]),
        name="api_schema",
    ),
    path("connections/", views.ConnectionsView.as_view(), name="api_connections"),
    path("documents/", views.DocumentListView.as_view(), name="api_documents"),
    path("documents/<uuid:filing_id>/", views.DocumentView.as_view(), name="api_document"),
    path("documents/<uuid:filing_id>/xml/", views.DocumentXmlView.as_view(), name="api_xml"),
    path("documents/<uuid:filing_id>/upo/", views.DocumentUpoView.as_view(), name="api_upo"),
    path("documents/<uuid:filing_id>/retry/", decisions.DocumentRetryView.as_view(), name="api_retry"),
    path("documents/<uuid:filing_id>/exclude/", decisions.DocumentExcludeView.as_view(), name="api_exclude"),
    path("documents/<uuid:filing_id>/statements/", decisions.DocumentStatementView.as_view(), name="api_statements"),
    path("audit/", audit.AuditView.as_view(), name="api_audit"),
    re_path(r"", problems.NoSuchAddress.as_view()),
]
