# syntax=docker/dockerfile:1
FROM python:3.13-slim AS packages
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
COPY boot.txt pyproject.toml uv.lock ./
RUN python -m pip install --no-cache-dir --no-deps --only-binary=:all: --require-hashes --target /opt/uv -r boot.txt
RUN --mount=type=cache,target=/root/.cache/uv \
    /opt/uv/bin/uv sync --locked --no-dev --extra hashicorp-vault --extra sentry --python /usr/local/bin/python

FROM packages AS packages-with-simulators
RUN --mount=type=cache,target=/root/.cache/uv \
    /opt/uv/bin/uv sync --locked --no-dev --extra simulators --python /usr/local/bin/python

FROM python:3.13-slim AS base
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin ksefkit

# For trying things out only: docker compose --profile simulators up
FROM base AS simulators
COPY --from=packages-with-simulators /app/.venv .venv
COPY schemas schemas
COPY apps apps
RUN mkdir /state && chown ksefkit /state
USER ksefkit

FROM base AS service
COPY --from=packages /app/.venv .venv
COPY manage.py ./
COPY schemas schemas
COPY static static
COPY templates templates
COPY ksefkit ksefkit
COPY apps apps
# The stand-ins for KSeF, Stripe and the registers do not ship. Static files get their names from their contents here, once.
RUN rm -rf apps/ksef_simulator apps/stripe_simulator apps/registers_simulator \
    && SECRET_KEY=unused DATABASE_URL=postgres://unused@unused/unused python manage.py collectstatic --no-input
USER ksefkit
EXPOSE 8000
# /dev/shm: gunicorn's sign of life must not wait for a disk.
CMD ["gunicorn", "ksefkit.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", \
     "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-"]
