"""Every address of the service, room by room."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("apps.stripe_intake.urls")),
    path("api/v1/", include("apps.api.urls")),
    path("", include("apps.dashboard.urls")),
]

handler500 = "apps.api.problems.server_error"
