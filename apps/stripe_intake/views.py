"""The address Stripe calls: /hooks/stripe/<key>/."""

from http import HTTPStatus
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.vault import SecretUnreadable

from .receive import DeliveryRefused, receive

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest, key: UUID) -> HttpResponse:
    signature = request.META.get("HTTP_STRIPE_SIGNATURE", "")
    try:
        receive(key, request.body, signature, at=timezone.now())
    except DeliveryRefused as refusal:
        return _refusal(refusal.status, str(refusal))
    except RequestDataTooBig:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return _refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is larger than {limit} bytes.")
    except UnreadablePostError:
        return _refusal(HTTPStatus.BAD_REQUEST, "The body broke off.")
    except (OperationalError, SecretUnreadable):
        # Not checked or not stored, so not acknowledged: Stripe delivers it again.
        log.error("stripe.delivery_not_stored", exc_info=True)
        return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, "The event could not be stored. Deliver it again later.")
    return HttpResponse(status=HTTPStatus.OK)


def _refusal(status: HTTPStatus, line: str) -> HttpResponse:
    return HttpResponse(line + "\n", status=status, content_type="text/plain; charset=utf-8")
