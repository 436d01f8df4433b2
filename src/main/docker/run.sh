#!/usr/bin/env bash
# Entry point of the image. While an incubator module is resolved, the JVM refuses linked classes and method profiles in
# an AOT cache. So the Vector API is left out if LOCAL_ENGINE says that the CPU engine, which alone needs it, is not
# wanted. Without that engine, requests and the start go before the JIT compiler (its nice value is 10); with it, they
# would be slower, since vector code that is not compiled yet takes all processors.
set -euo pipefail
case ${LOCAL_ENGINE:-auto} in
    cuda | off) variant=(-XX:CompilerThreadPriority=10 -XX:AOTCache=plain.aot) ;;
    *) variant=(--add-modules=jdk.incubator.vector -XX:AOTCache=vector.aot) ;;
esac
cd /opt/inference
exec /opt/jre/bin/java @java.args "${variant[@]}" -jar service.jar "$@"
