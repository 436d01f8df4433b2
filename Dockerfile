# The service's image: src/docs/CONTAINER.md
#
#   docker build -t inference-service .
#   docker build -t inference-service --build-arg BASE_IMAGE=debian:bookworm-slim .      # without CUDA's base
#
# BUILD_IMAGE has Maven, a JDK 25 and apt. BASE_IMAGE has glibc and bash; the GPU's driver comes from the machine.
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25-noble
ARG BASE_IMAGE=nvidia/cuda:12.6.3-base-ubuntu24.04

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY pom.xml ./
COPY proto proto
COPY src src
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -ntp -Pproduction -DskipTests -Dmdep.skip=true package \
    && java -Djarmode=tools -jar target/production/inference-service-*.jar extract --layers \
        --application-filename service.jar --destination layers \
    && java -cp target/production/classes src/test/java/io/inference/engine/RandomGguf.java tiny Q4_0 tiny.gguf

# All of Java SE, because jars in EXTENSIONS_DIR may need it, and of the JDK what the service and its operators use.
# Priorities of threads count (run.sh): set here, because on the command line the JVM would warn users other than root.
FROM ${BUILD_IMAGE} AS jre
ARG MODULES=java.se,jdk.incubator.vector,jdk.jcmd,jdk.jfr,jdk.management,jdk.naming.dns,jdk.net,jdk.unsupported,jdk.zipfs
RUN jlink --add-modules "$MODULES" --no-header-files --no-man-pages \
        --add-options=-XX:ThreadPriorityPolicy=1 --output /opt/jre

# The JVM accepts an AOT cache with the same JRE and the same jars alone: same paths, sizes and times of change.
FROM ${BUILD_IMAGE} AS train
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql \
    && rm -rf /var/lib/apt/lists/*
COPY --from=jre /opt/jre /opt/jre
WORKDIR /opt/inference
COPY --from=build /build/layers/dependencies ./
COPY --from=build /build/layers/application ./
COPY routes routes
COPY src/main/docker/java.args ./
COPY --from=build /build/tiny.gguf /train/
COPY src/build/StartAndAsk.java src/main/docker/train.sh /train/
RUN /train/train.sh

FROM ${BASE_IMAGE}
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Inference Service" \
    org.opencontainers.image.description="Language models behind REST, gRPC and RabbitMQ, as Camel routes" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}"

# Any user may write here, because a cluster chooses the user. Volumes, so that the rest can be read-only.
RUN install -d -m 1777 /var/lib/inference/data /var/lib/inference/images /var/lib/inference/code-base
VOLUME ["/tmp", "/var/lib/inference/data", "/var/lib/inference/images", "/var/lib/inference/code-base"]

COPY --from=jre /opt/jre /opt/jre
WORKDIR /opt/inference
COPY --from=build /build/layers/dependencies ./
COPY --from=train /opt/inference/plain.aot /opt/inference/vector.aot ./
COPY --from=build /build/layers/application ./
# What the service consists of (SBOM, CycloneDX).
COPY --from=build /build/target/production/classes/META-INF/sbom/application.cdx.json ./
COPY src/main/docker/java.args src/main/docker/run.sh src/main/docker/healthy.sh ./
COPY routes routes
COPY backends.yaml ./

# Of the JVM and of the GPU's driver, which keeps compiled kernels there.
ENV LANG=C.UTF-8 \
    CUDA_CACHE_PATH=/var/lib/inference/data/cuda
# Server
ENV PROFILE=production \
    HOST=0.0.0.0 \
    ROUTES_DIR=/opt/inference/routes \
    EXTENSIONS_DIR=/var/lib/inference/code-base/extensions \
    DATA_DIR=/var/lib/inference/data
# Image generation
ENV IMAGE_DIR=/var/lib/inference/images
# Local engine
ENV MODEL_DIR=/var/lib/inference/code-base/models

USER 10001:10001
EXPOSE 8000 50051 8081
# The start may download and load a model.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10m --retries=3 CMD ["/opt/inference/healthy.sh"]
ENTRYPOINT ["/opt/inference/run.sh"]
