{{/* Names are those of the deployment document; so there is one release in a namespace. */}}
{{- define "inference.name" -}}inference-service{{- end }}

{{- define "inference.selector" -}}
app.kubernetes.io/name: inference-service
app.kubernetes.io/component: service
{{- end }}

{{- define "inference.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: inference-service
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "inference.serviceLabels" -}}
{{ include "inference.selector" . }}
{{ include "inference.labels" . }}
{{- end }}

{{/* An image with the registry of the site in front of it: (list root image) */}}
{{- define "inference.image" -}}
{{- $root := index . 0 -}}
{{- with $root.Values.imageRegistry }}{{ trimSuffix "/" . }}/{{ end }}{{ index . 1 }}
{{- end }}

{{- define "inference.serviceImage" -}}
{{- $image := .Values.image -}}
{{- $tag := default .Chart.AppVersion $image.tag -}}
{{- $reference := ternary (printf "%s@%s" $image.repository $image.digest) (printf "%s:%s" $image.repository $tag) (ne $image.digest "") -}}
{{ include "inference.image" (list . $reference) }}
{{- end }}

{{- define "inference.secretName" -}}
{{ default "inference-secrets" .Values.existingSecret }}
{{- end }}

{{- define "inference.serviceAccount" -}}
{{ default (ternary "inference-service" "default" .Values.serviceAccount.create) .Values.serviceAccount.name }}
{{- end }}

{{/* A number that Helm has read as a float, as a whole number again: 104857600, not 1.048576e+08. */}}
{{- define "inference.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) }}{{ int64 . }}{{ else if kindIs "invalid" . }}{{ else }}{{ toString . }}{{ end -}}
{{- end }}

{{/* The settings of ConfigMap inference-config: what the chart decides, then what the values say. */}}
{{- define "inference.config" -}}
{{- $v := .Values -}}
{{- $base := dict
  "PROFILE" "production"
  "HOST" "0.0.0.0"
  "DATA_DIR" "/var/lib/inference/data"
  "IMAGE_DIR" "/var/lib/inference/images"
  "MODEL_DIR" "/var/lib/inference/code-base/models"
  "EXTENSIONS_DIR" "/var/lib/inference/code-base/extensions"
  "BACKENDS_FILE" "/etc/inference/backends/backends.yaml"
  "INFERENCE_SERVICES_OLLAMA_BASE_URL" (ternary "http://localhost:11434" "" $v.ollama.enabled) -}}
{{- if and $v.routes.existingConfigMap $v.routes.fromCodeBase -}}
  {{- fail "routes: existingConfigMap and fromCodeBase are both set: keep one" -}}
{{- end -}}
{{- if $v.routes.existingConfigMap }}{{- $_ := set $base "ROUTES_DIR" "/etc/inference/routes" }}{{- end -}}
{{- if $v.routes.fromCodeBase }}{{- $_ := set $base "ROUTES_DIR" "/var/lib/inference/code-base/routes" }}{{- end -}}
{{- if and $v.gpu.enabled (not $v.ollama.useGpu) }}{{- $_ := set $base "LOCAL_ENGINE" "cuda" }}{{- end -}}
{{- if $v.rabbitmq.enabled }}{{- $_ := set $base "RABBITMQ_USER" "inference" }}{{- end -}}
{{- if $v.tls.existingSecret -}}
  {{- $_ := set $base "TLS_CERT_FILE" "/etc/inference/tls/tls.crt" -}}
  {{- $_ := set $base "TLS_KEY_FILE" "/etc/inference/tls/tls.key" -}}
{{- end -}}
{{- if $v.grpcTls.existingSecret -}}
  {{- $_ := set $base "GRPC_USE_TLS" "true" -}}
  {{- $_ := set $base "GRPC_CERT_FILE" "/etc/inference/grpc-tls/tls.crt" -}}
  {{- $_ := set $base "GRPC_KEY_FILE" "/etc/inference/grpc-tls/tls.key" -}}
  {{- if $v.grpcTls.clientCertificates }}{{- $_ := set $base "GRPC_CLIENT_CA_FILE" "/etc/inference/grpc-tls/ca.crt" }}{{- end -}}
{{- end -}}
{{- if and $v.kubernetes.enabled $v.routes.existingConfigMap -}}
  {{- $_ := set $base "KUBERNETES_ROUTES_CONFIGMAP" $v.routes.existingConfigMap -}}
{{- end -}}
{{- $known := dict -}}
{{- /* Lines "NAME plain" and "NAME secret". */ -}}
{{- range $line := .Files.Lines "settings.txt" -}}
  {{- $words := splitList " " (trim $line) -}}
  {{- if and (eq (len $words) 2) (not (hasPrefix "#" $line)) }}{{- $_ := set $known (index $words 0) (index $words 1) }}{{- end -}}
{{- end -}}
{{- range $name, $value := $v.config -}}
  {{- $kind := get $known $name -}}
  {{- if eq $kind "secret" }}{{- fail (printf "config.%s is a secret: put it into secrets, or into existingSecret" $name) }}{{- end -}}
  {{- $file := and (hasSuffix "_FILE" $name) (eq (get $known (trimSuffix "_FILE" $name)) "secret") -}}
  {{- if not (or $kind $file) }}{{- fail (printf "config.%s is not a setting of the service: see SETTINGS.md; other variables belong in extraEnv" $name) }}{{- end -}}
  {{- $_ := set $base $name (include "inference.text" $value) -}}
{{- end -}}
{{- toYaml $base -}}
{{- end }}

{{/* Ports: (list root name) */}}
{{- define "inference.port" -}}
{{- $config := include "inference.config" (index . 0) | fromYaml -}}
{{- if eq (index . 1) "rest" }}{{ default "8000" $config.PORT }}
{{- else if eq (index . 1) "grpc" }}{{ default (default "50051" $config.INFERENCE_SERVICES_PORT) $config.GRPC_PORT }}
{{- else }}{{ default "8081" $config.MANAGEMENT_PORT }}{{ end -}}
{{- end }}

{{/* SHUTDOWN_GRACE in seconds, rounded up. */}}
{{- define "inference.graceSeconds" -}}
{{- $grace := default "30s" (include "inference.config" . | fromYaml).SHUTDOWN_GRACE | toString -}}
{{- $number := regexFind "^[0-9]+" $grace | int64 -}}
{{- $unit := trim (regexReplaceAll "^[0-9]+" $grace "") -}}
{{- if eq $unit "ms" }}{{ div (add $number 999) 1000 }}
{{- else if eq $unit "m" }}{{ mul $number 60 }}
{{- else if eq $unit "h" }}{{ mul $number 3600 }}
{{- else if and $number (has $unit (list "s" "")) }}{{ $number }}
{{- else }}{{ fail (printf "config.SHUTDOWN_GRACE: write it as 30s or 2m, not %s" $grace) }}{{ end -}}
{{- end }}

{{- define "inference.autoscaled" -}}
{{- if and .Values.autoscaling.hpa.enabled .Values.autoscaling.keda.enabled -}}
  {{- fail "autoscaling: hpa and keda are both enabled: keep one" -}}
{{- end -}}
{{- if or .Values.autoscaling.hpa.enabled .Values.autoscaling.keda.enabled }}true{{ end -}}
{{- end }}

{{/* Pods that there may be at a time. */}}
{{- define "inference.mostReplicas" -}}
{{- if .Values.autoscaling.hpa.enabled }}{{ .Values.autoscaling.hpa.maxReplicas }}
{{- else if .Values.autoscaling.keda.enabled }}{{ .Values.autoscaling.keda.maxReplicas }}
{{- else }}{{ .Values.replicas }}{{ end -}}
{{- end }}

{{/* Whether a claim can be mounted on one node only. */}}
{{- define "inference.oneNode" -}}
{{- range $claim := pick .Values.persistence "generatedImages" "codeBase" -}}
  {{- if and $claim.enabled (not (has "ReadWriteMany" $claim.accessModes)) }}true{{ end -}}
{{- end -}}
{{- end }}

{{- define "inference.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: {{ .Values.runAsUser }}
runAsGroup: {{ .Values.runAsUser }}
capabilities: {drop: [ALL]}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "inference.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .Values.runAsUser }}
runAsGroup: {{ .Values.runAsUser }}
fsGroup: {{ .Values.runAsUser }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* What callers may reach from outside, as "type path". */}}
{{- define "inference.paths" -}}
{{- $config := include "inference.config" . | fromYaml -}}
Exact /
Prefix /{{ trimAll "/" (default "v1" $config.API_VERSION) }}
Prefix /api
Exact /health
Exact /openapi.json
Prefix /docs
{{- if .Values.ingress.console }}
Prefix /console
Prefix /admin
{{- end }}
{{- range .Values.ingress.extraPaths }}
Prefix {{ . }}
{{- end }}
{{- end }}

{{/* Ports of the servers that settings and backends name, but not those of this release: "port" lines. */}}
{{- define "inference.egressPorts" -}}
{{- $v := .Values -}}
{{- $c := include "inference.config" . | fromYaml -}}
{{- $ports := list -}}
{{- if not $v.postgresql.enabled }}{{- $ports = append $ports (default "5432" $c.DB_PORT) }}{{- end -}}
{{- if and (not $v.redis.enabled) (ne (default "true" $c.REDIS_ENABLED) "false") }}{{- $ports = append $ports (default "6379" $c.REDIS_PORT) }}{{- end -}}
{{- if and (not $v.rabbitmq.enabled) (ne (default "true" $c.RABBITMQ_ENABLED) "false") }}{{- $ports = append $ports (default "5672" $c.RABBITMQ_PORT) }}{{- end -}}
{{- $urls := list $c.AUTH_ISSUER $c.AUTH_JWKS_URI $c.INFERENCE_SERVICES_OPENAI_BASE_URL $c.INFERENCE_SERVICES_OLLAMA_BASE_URL $c.INFERENCE_SERVICES_SD_BASE_URL -}}
{{- range $v.backends }}{{- $urls = concat $urls (default list .urls) }}{{- end -}}
{{- range $url := compact $urls -}}
  {{- $host := (urlParse $url).host -}}
  {{- $port := regexFind ":[0-9]+$" $host | trimPrefix ":" -}}
  {{- if not (regexMatch "^(localhost|127[.]|\\[::1\\])" $host) -}}
    {{- $ports = append $ports (default (ternary "443" "80" (hasPrefix "https" $url)) $port) -}}
  {{- end -}}
{{- end -}}
{{- /* Models are fetched over HTTPS. */ -}}
{{- if or $v.ollama.enabled (ne (default "auto" $c.LOCAL_ENGINE) "off") }}{{- $ports = append $ports "443" }}{{- end -}}
{{- if $v.kubernetes.enabled }}{{- $ports = concat $ports (list "443" "6443") }}{{- end -}}
{{- join "\n" (uniq $ports | sortAlpha) -}}
{{- end }}

{{/* What would only show later, as pods that do not start. */}}
{{- define "inference.check" -}}
{{- $v := .Values -}}
{{- $c := include "inference.config" . | fromYaml -}}
{{- if and (not $v.existingSecret) (or $v.postgresql.enabled $v.redis.enabled $v.rabbitmq.enabled) -}}
  {{- range $server, $name := dict "postgresql" "DB_PASSWORD" "redis" "REDIS_PASSWORD" "rabbitmq" "RABBITMQ_PASSWORD" -}}
    {{- if and (get $v $server).enabled (not (get $v.secrets $name)) -}}
      {{- fail (printf "%s.enabled needs secrets.%s, or existingSecret with that key" $server $name) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- if and $v.existingSecret $v.secrets }}{{- fail "secrets and existingSecret are both set: keep one" }}{{- end -}}
{{- if gt (include "inference.mostReplicas" . | int) 1 -}}
  {{- range $key, $claim := pick $v.persistence "generatedImages" "codeBase" -}}
    {{- if and $claim.enabled (not (has "ReadWriteMany" $claim.accessModes)) -}}
      {{- fail (printf "persistence.%s: more than one pod needs accessModes [ReadWriteMany], or enabled: false" $key) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- if and $v.gateway.grpc.enabled $v.gateway.http.enabled -}}
  {{- range $grpc := $v.gateway.grpc.parentRefs -}}
    {{- range $http := $v.gateway.http.parentRefs -}}
      {{- if and (eq $grpc.name $http.name) (eq (default "" $grpc.namespace) (default "" $http.namespace)) -}}
        {{- fail (printf "gateway.grpc: Gateway %s also serves gateway.http; gRPC needs an internal one" $grpc.name) -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- if and $v.gateway.inferencePool.enabled (not $v.gateway.inferencePool.endpointPicker.name) -}}
  {{- fail "gateway.inferencePool needs endpointPicker.name" -}}
{{- end -}}
{{- if and $v.gateway.http.enabled (not $v.gateway.http.parentRefs) }}{{- fail "gateway.http needs parentRefs" }}{{- end -}}
{{- if and $v.gateway.grpc.enabled (not $v.gateway.grpc.parentRefs) }}{{- fail "gateway.grpc needs parentRefs" }}{{- end -}}
{{- if and $v.kubernetes.enabled (eq (include "inference.serviceAccount" .) "default") -}}
  {{- fail "kubernetes.enabled needs serviceAccount.create or serviceAccount.name: the account default must get no rights" -}}
{{- end -}}
{{- end }}
