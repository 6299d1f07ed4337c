# The program as `cargo build --release --locked` makes it, in a small image:
#   docker build -t gangmu .
#   docker run -p 8080:8080 -v gangmu:/var/lib/gangmu gangmu
#   docker run --rm -v gangmu:/var/lib/gangmu -v "$PWD/documents:/documents:ro" gangmu ingest /documents
# Settings are variables (-e GANGMU_ACCESS__READ=token), or a file (-v …:/etc/gangmu.toml -e GANGMU_CONFIG=/etc/gangmu.toml).

# What pages have for browsers with scripts; it is embedded in the binary.
FROM node:22-bookworm-slim AS islands
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY web/ ./
RUN npm run build

FROM rust:1.95-bookworm AS build
# The storage engine's bindings are made with libclang. Debian keeps one version of each package, so none is named.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends clang libclang-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
COPY --from=islands /src/web/dist web/dist
RUN cargo build --release --locked

# Of the Debian that it was built on.
FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /var/lib/gangmu gangmu \
    && install -d -o gangmu -g gangmu -m 0750 /var/lib/gangmu
COPY --from=build /src/target/release/gangmu /usr/local/bin/gangmu
ENV GANGMU_STORE__ADDRESS=/var/lib/gangmu/store \
    GANGMU_SERVE__BIND=0.0.0.0:8080
USER 10001:10001
VOLUME /var/lib/gangmu
EXPOSE 8080
# The store answers. Where the base IRI has a path, it stands before /readyz.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["gangmu"]
CMD ["serve"]
