# Image for operators: Temporal's tools, and tctl, which they no longer include.
# Both base images are arguments, for builds from another registry.
ARG GO=golang:1.26.8-alpine@sha256:8ac98ca534ac3f51e1f420a1dd2c15e74c75cfa0f23f3ad27eb5d7236c349a0c
ARG ADMIN_TOOLS=temporalio/admin-tools:1.32.1

FROM ${GO} AS tctl
WORKDIR /build
COPY tctl/go.mod tctl/go.sum ./
RUN CGO_ENABLED=0 go build -mod=readonly -trimpath -o /tctl github.com/temporalio/tctl/cmd/tctl

FROM ${ADMIN_TOOLS}
COPY --from=tctl /tctl /usr/local/bin/tctl
USER temporal
CMD ["sleep", "infinity"]
