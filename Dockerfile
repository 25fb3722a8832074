# docker build -t zscan .
# docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/scan" zscan audit . -o html=report.html
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY zscan zscan
COPY rules rules
COPY mappings mappings
COPY reports reports
RUN python -m venv /opt/zscan \
 && /opt/zscan/bin/pip install --no-cache-dir --disable-pip-version-check '.[aws]'

FROM python:3.13-slim
LABEL org.opencontainers.image.title="zscan" \
      org.opencontainers.image.description="Posture scanner and compliance reporter for zero-trust AI" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/zscan /opt/zscan
ENV PATH=/opt/zscan/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 65532:65532
WORKDIR /scan
ENTRYPOINT ["zscan"]
CMD ["--help"]
