"""Addresses of the API. The company is the key's own and stands in no address."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from . import views

urlpatterns = [
    path(
        "openapi.json",
        SpectacularJSONAPIView.as_view(authentication_classes=[], permission_classes=[]),
        name="api_schema",
    ),
    path("documents/", views.DocumentListView.as_view(), name="api_documents"),
    path("documents/<uuid:filing_id>/", views.DocumentView.as_view(), name="api_document"),
    path("documents/<uuid:filing_id>/xml/", views.DocumentXmlView.as_view(), name="api_xml"),
    path("documents/<uuid:filing_id>/upo/", views.DocumentUpoView.as_view(), name="api_upo"),
    path("documents/<uuid:filing_id>/retry/", views.DocumentRetryView.as_view(), name="api_retry"),
]
