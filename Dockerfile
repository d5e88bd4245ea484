# syntax=docker/dockerfile:1.10
# One image for each process: `docker build --target api .` (workers, scheduler, sandbox, tools). All run as user 65532 with a
# read-only root file system, write nothing, and log to standard output.

FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
# Line tables make backtraces useful; the programs carry no other debugging information.
ENV SQLX_OFFLINE=true CARGO_PROFILE_RELEASE_STRIP=debuginfo
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/source/target \
    cargo build --release --locked -p api -p workers -p scheduler -p sandbox -p cli --bins && \
    mkdir /programs && \
    cp target/release/loyalnest target/release/loyalnest-api target/release/loyalnest-workers \
       target/release/loyalnest-scheduler target/release/loyalnest-sandbox /programs/

FROM debian:bookworm-slim AS runtime
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* && \
    groupadd --gid 65532 loyalnest && useradd --uid 65532 --gid 65532 --no-create-home --shell /usr/sbin/nologin loyalnest
COPY --chmod=0555 deploy/container/healthcheck /usr/local/bin/healthcheck
WORKDIR /
# SIGTERM drains, a second one aborts.
STOPSIGNAL SIGTERM

FROM runtime AS api
COPY --from=build /programs/loyalnest-api /usr/local/bin/
ENV LOYALNEST_API_ADDR=0.0.0.0:3000 LOYALNEST_API_INTERNAL_ADDR=0.0.0.0:3001
EXPOSE 3000 3001
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["healthcheck", "3001"]
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/loyalnest-api"]

FROM runtime AS workers
COPY --from=build /programs/loyalnest-workers /usr/local/bin/
ENV LOYALNEST_WORKERS_ADDR=0.0.0.0:3010
EXPOSE 3010
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["healthcheck", "3010"]
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/loyalnest-workers"]

FROM runtime AS scheduler
COPY --from=build /programs/loyalnest-scheduler /usr/local/bin/
ENV LOYALNEST_SCHEDULER_ADDR=0.0.0.0:3030
EXPOSE 3030
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["healthcheck", "3030"]
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/loyalnest-scheduler"]

FROM runtime AS sandbox
COPY --from=build /programs/loyalnest-sandbox /usr/local/bin/
ENV LOYALNEST_SANDBOX_ADDR=0.0.0.0:3040
EXPOSE 3040
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["healthcheck", "3040"]
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/loyalnest-sandbox"]

# The operators' command: migrate, seed, keys, verify, cron. It runs and ends, so it has no health check.
FROM runtime AS tools
COPY --from=build /programs/loyalnest /usr/local/bin/
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/loyalnest"]
CMD ["--help"]
