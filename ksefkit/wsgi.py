"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ksefkit.settings")

application = get_wsgi_application()

from apps.tenants.checks import refuse_to_start  # noqa: E402 needs the apps

refuse_to_start()
