"""Addresses of the pages."""

from django.urls import path

from .views import companies

urlpatterns = [
    path("", companies.home, name="home"),
    path("new/", companies.new_company, name="new_company"),
]
