#!/usr/bin/env bash
# Makes the AOT caches of the image, plain.aot and vector.aot (see run.sh), from real requests to the service with a
# small model, a server of both protocols and PostgreSQL. Runs while the image is built.
set -euo pipefail
work=$(mktemp -d)
chmod 755 "$work"
install -d -o postgres "$work/db"
bin=$(echo /usr/lib/postgresql/*/bin)
postgres() {
    (cd "$work/db" && runuser -u postgres -- "$bin/$1" -D "$work/db/data" "${@:2}")
}
postgres initdb -A trust -U postgres --no-sync >"$work/initdb.log"
postgres pg_ctl -o "-c listen_addresses=127.0.0.1 -c unix_socket_directories=$work/db" -l "$work/db/log" -w start
trap 'postgres pg_ctl -m immediate stop; rm -rf "$work"' EXIT

export PROFILE=production HOST=127.0.0.1 DB_HOST=127.0.0.1 DB_NAME=postgres REDIS_ENABLED=false RABBITMQ_ENABLED=false
export DATA_DIR=$work/data MODEL_DIR=$work LOCAL_MODEL=/train/tiny.gguf
BOOTSTRAP_API_KEY=ik_$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
export BOOTSTRAP_API_KEY LOCAL_ENGINE=cpu

cd /opt/inference
# train CACHE [OPTION…]
train() {
    java -cp service.jar /train/StartAndAsk.java 30 \
        /opt/jre/bin/java @java.args "${@:2}" -XX:AOTCacheOutput="$1" '-Xlog:aot*=error' -jar service.jar
    [[ -s $1 ]]
}
train plain.aot
train vector.aot --add-modules=jdk.incubator.vector
