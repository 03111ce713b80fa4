# One image for every part; docker-compose.yml says which part a container is.
FROM python:3.13-slim-trixie AS build
WORKDIR /app
COPY requirements/base.txt requirements/base.txt
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/base.txt
COPY . .
ENV DJANGO_SETTINGS_MODULE=config.settings.production PYTHONDONTWRITEBYTECODE=1
# collectstatic needs settings that load, not real ones: these values exist in this build step only
RUN /venv/bin/python -c "from tooling import css; css.build()" \
 && key=$(head -c 32 /dev/zero | base64) \
 && SECRET_KEY=build MASTER_KEYS="build:$key" PLATFORM_DIGEST_KEY="$key" TENANT_TOKEN_KEY="$key" \
    DATABASE_URL=postgresql://nobody@127.0.0.1/none PUBLIC_URL=https://build.invalid \
    /venv/bin/python manage.py collectstatic --noinput --verbosity=0 \
 && rm -rf tooling sandbox

FROM python:3.13-slim-trixie
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin carillon \
 && install -d -o carillon -g carillon /data/media
COPY --from=build /venv /venv
COPY --from=build --chown=root:root /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=config.settings.production
USER 10001
EXPOSE 8000
CMD ["granian", "--interface=wsgi", "--host=0.0.0.0", "--port=8000", "--workers=2", "--blocking-threads=32", "--no-ws", "--http=1", "--log-level=warning", "--workers-kill-timeout=20", "config.wsgi:application"]
