{{- define "floodgate.name" -}}
{{- $name := .Release.Name -}}
{{- if not (contains .Chart.Name $name) }}{{ $name = printf "%s-%s" $name .Chart.Name }}{{ end -}}
{{- $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels that select pods; takes (list $ "app"), or (list $ "") for the pods of every app. */}}
{{- define "floodgate.selector" -}}
{{- $ := index . 0 -}}
app.kubernetes.io/name: {{ $.Chart.Name | quote }}
app.kubernetes.io/instance: {{ $.Release.Name | quote }}
{{- with index . 1 }}
app.kubernetes.io/component: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "floodgate.labels" -}}
{{- $ := index . 0 -}}
{{ include "floodgate.selector" . }}
app.kubernetes.io/version: {{ $.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $.Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" $.Chart.Name $.Chart.Version | quote }}
{{- end -}}

{{- define "floodgate.image" -}}
{{- with .Values.image -}}
{{- if .digest }}{{ printf "%s@%s" .repository .digest }}
{{- else }}{{ printf "%s:%s" .repository (.tag | default $.Chart.AppVersion) }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A large number would be printed with an exponent otherwise. */}}
{{- define "floodgate.text" -}}
{{- if kindIs "string" . }}{{ . | quote }}{{ else }}{{ . | toJson | quote }}{{ end -}}
{{- end -}}

{{/* True when something else than the Deployment decides how many pods there are. */}}
{{- define "floodgate.scales" -}}
{{- if or (dig "autoscaling" "enabled" false .) (dig "keda" "enabled" false .) }}true{{ end -}}
{{- end -}}
