"""What is kept and until when: everything to take along, a person's request, and the end of the account."""

import tempfile
from collections.abc import Iterator
from typing import IO

from django import forms
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from apps.archive.closure import NotConfirmed, ask_closure, open_closure, revoke_closure
from apps.archive.data_requests import TooVague, answer_request, exported
from apps.archive.export import write_export
from apps.archive.models import Erasure
from apps.audit.record import record
from apps.dashboard.access import TenantRequest, member_required
from apps.documents.models import SourceDocument
from apps.fa3.calendar import warsaw_date
from apps.tenants.roles import May

# Up to here the ZIP is put together in memory; a larger one on disk.
IN_MEMORY = 5_000_000


class DataRequestForm(forms.Form):
    about = forms.CharField(
        label=gettext_lazy("Name, e-mail address, tax number or Stripe customer"), min_length=5, max_length=200
    )


class ClosureForm(forms.Form):
    nip = forms.CharField(label=gettext_lazy("Type the company's NIP to confirm"), max_length=20)


@require_safe
@member_required(May.CLOSE_ACCOUNT)
def keeping(request: TenantRequest) -> HttpResponse:
    return _page(request)


@require_POST
@member_required(May.CLOSE_ACCOUNT)
def export_everything(request: TenantRequest) -> StreamingHttpResponse:
    """Source, XML, receipt of every document and the audit log, as one ZIP."""
    now = timezone.now()
    actor = f"user:{request.user.id}"
    record(tenant_id=request.tenant.id, event="account.exported", actor=actor, at=now)
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 _blocks() closes it
    write_export(request.tenant.id, file, at=now)
    name = f"ksefkit-{request.tenant.nip}-{warsaw_date(now).isoformat()}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(file.tell())}
    return StreamingHttpResponse(_blocks(file), content_type="application/zip", headers=headers)


@require_POST
@member_required(May.CLOSE_ACCOUNT)
def data_request(request: TenantRequest) -> HttpResponse:
    """Answer a person who asks what is kept about them; `export` hands it over as a file."""
    form = DataRequestForm(request.POST)
    if not form.is_valid():
        return _page(request, data_form=form)
    try:
        answer = answer_request(request.tenant.id, form.cleaned_data["about"], by=request.user, at=timezone.now())
    except TooVague:
        form.add_error("about", _("Please enter at least five characters, so that it is about one person."))
        return _page(request, data_form=form)
    if "export" in request.POST:
        response = HttpResponse(exported(answer), content_type="application/json")
        response["Content-Disposition"] = 'attachment; filename="personal-data.json"'
        return response
    return _page(request, data_form=form, answer=answer)


@require_POST
@member_required(May.CLOSE_ACCOUNT)
def close_account(request: TenantRequest) -> HttpResponse:
    form = ClosureForm(request.POST)
    if not form.is_valid():
        return _page(request, closure_form=form)
    try:
        ask_closure(request.tenant, typed_nip=form.cleaned_data["nip"], by=request.user, at=timezone.now())
    except NotConfirmed:
        form.add_error("nip", _("This is not the company's NIP; nothing was changed."))
        return _page(request, closure_form=form)
    messages.warning(request, _("The account will be closed in 30 days. Until then you can take it back here."))
    return redirect("keeping", request.tenant.id)


@require_POST
@member_required(May.CLOSE_ACCOUNT)
def keep_account(request: TenantRequest) -> HttpResponse:
    if revoke_closure(request.tenant, by=request.user, at=timezone.now()):
        messages.success(request, _("The account stays open."))
    else:
        messages.info(request, _("The account was not going to be closed."))
    return redirect("keeping", request.tenant.id)


def _page(
    request: TenantRequest,
    *,
    data_form: DataRequestForm | None = None,
    closure_form: ClosureForm | None = None,
    answer: object = None,
) -> HttpResponse:
    tenant_id = request.tenant.id
    context = {
        "section": "settings",
        "documents": SourceDocument.objects.filter(tenant_id=tenant_id).count(),
        "erased": Erasure.objects.filter(tenant_id=tenant_id).count(),
        "closure": open_closure(tenant_id),
        "data_form": data_form or DataRequestForm(),
        "closure_form": closure_form or ClosureForm(),
        "answer": answer,
    }
    faulty = (data_form is not None and data_form.errors) or (closure_form is not None and closure_form.errors)
    response = render(request, "dashboard/keeping.html", context, status=400 if faulty else 200)
    response["Cache-Control"] = "no-store"
    return response


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while block := file.read(65_536):
            yield block
