#!/usr/bin/env bash
# Health check of the image: succeeds if the service is ready. Bash alone, as the image has no client for HTTP.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${MANAGEMENT_PORT:-8081}"
printf 'GET /actuator/health/readiness HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r _ status _ <&3
[[ $status == 200 ]]
