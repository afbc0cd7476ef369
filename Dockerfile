# The image of rolewatch. docs/operating.md says how to build and run it.
ARG PYTHON=python:3.11-slim-trixie

# Every package as a wheel, at the version that constraints.txt names. The tools stay in this stage.
FROM ${PYTHON} AS build
# Fewer extras make a smaller image: --build-arg EXTRAS=metrics,web
ARG EXTRAS=all
WORKDIR /build
COPY constraints.txt ./
RUN python -m venv /tools \
    && /tools/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --constraint constraints.txt setuptools
COPY pyproject.toml README.md LICENSE ./
COPY crawler ./crawler
COPY migrations ./migrations
COPY monitor ./monitor
RUN /tools/bin/python -m pip wheel --no-cache-dir --disable-pip-version-check --no-build-isolation \
        --use-pep517 --constraint constraints.txt --wheel-dir /wheels ".[${EXTRAS}]"
RUN python -m venv --without-pip /opt/rolewatch \
    && /tools/bin/python -m pip --python /opt/rolewatch/bin/python install --no-cache-dir \
        --disable-pip-version-check --no-index --find-links /wheels "rolewatch[${EXTRAS}]"

FROM ${PYTHON}
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="rolewatch" \
      org.opencontainers.image.description="Watches employers' job boards, keeps every posting's history, and alerts you once." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN python -m pip uninstall --yes pip setuptools wheel \
    && groupadd --gid 10001 rolewatch \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin rolewatch \
    && install --directory --owner=rolewatch --group=rolewatch --mode=0700 /data
COPY --from=build /opt/rolewatch /opt/rolewatch
# Only /data and /tmp are written to, so the root file system may be read-only.
ENV PATH=/opt/rolewatch/bin:$PATH \
    MPLCONFIGDIR=/tmp/matplotlib \
    PYTHONUNBUFFERED=1 \
    ROLEWATCH_CONFIG=/data/rolewatch.toml
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
STOPSIGNAL SIGTERM
# The first start of a new version may upgrade the database, which takes minutes for a large one.
HEALTHCHECK --interval=1m --timeout=20s --start-period=10m --retries=3 \
    CMD ["python", "-P", "-m", "monitor.health.probe", "daemon"]
ENTRYPOINT ["rolewatch"]
CMD ["run"]
