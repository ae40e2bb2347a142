"""Every address of the service, room by room."""

from django.urls import URLPattern, URLResolver, include, path

from apps.dashboard.views import sessions

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/sessions/", sessions.sessions, name="usersessions_list"),
    path("account/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("apps.stripe_intake.urls")),
    path("api/v1/", include("apps.api.urls")),
    path("", include("apps.dashboard.urls")),
]

handler400 = "apps.api.problems.bad_request"
handler500 = "apps.api.problems.server_error"
