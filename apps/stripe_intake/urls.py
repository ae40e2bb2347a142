"""Where Stripe delivers."""

from django.urls import path

from .views import stripe_webhook

urlpatterns = [path("hooks/stripe/<uuid:key>/", stripe_webhook, name="stripe_webhook")]
