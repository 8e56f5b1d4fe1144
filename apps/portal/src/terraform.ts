import { auditLogFilter, pushPolicy, requiredApis, type SetupPlan } from './google-setup.js';
import { hclString } from './quote.js';

const sinks = {
  organization: { resource: 'google_logging_organization_sink', parent: 'org_id', more: 'include_children' },
  folder: { resource: 'google_logging_folder_sink', parent: 'folder', more: 'include_children' },
  project: { resource: 'google_logging_project_sink', parent: 'project', more: 'unique_writer_identity' },
} as const;

/** A Terraform file, complete in itself, that connects a customer. */
export function terraformSetup(plan: SetupPlan): string {
  const sink = sinks[plan.scope];
  return `terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 5.0"
    }
  }
}

locals {
  project = ${hclString(plan.projectId)}
}

resource "google_project_service" "floodgate" {
  for_each           = toset([${requiredApis.map(hclString).join(', ')}])
  project            = local.project
  service            = each.value
  disable_on_destroy = false
}

data "google_project" "floodgate" {
  project_id = local.project
  depends_on = [google_project_service.floodgate]
}

resource "google_pubsub_topic" "floodgate" {
  project    = local.project
  name       = ${hclString(plan.topic)}
  depends_on = [google_project_service.floodgate]
}

resource "${sink.resource}" "floodgate" {
  name        = ${hclString(plan.sink)}
  destination = "pubsub.googleapis.com/\${google_pubsub_topic.floodgate.id}"
  filter      = ${hclString(auditLogFilter)}

  ${sink.parent} = ${hclString(plan.scopeId)}

  ${sink.more} = true
}

resource "google_pubsub_topic_iam_member" "sink_publishes" {
  project = local.project
  topic   = google_pubsub_topic.floodgate.name
  role    = "roles/pubsub.publisher"
  member  = ${sink.resource}.floodgate.writer_identity
}

resource "google_service_account" "floodgate" {
  project      = local.project
  account_id   = ${hclString(plan.serviceAccount)}
  display_name = "Signs the pushes to Floodgate"
  depends_on   = [google_project_service.floodgate]
}

# The topic comes first, because Pub/Sub makes its service agent when it is first used.
resource "google_service_account_iam_member" "pubsub_signs" {
  service_account_id = google_service_account.floodgate.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:service-\${data.google_project.floodgate.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
  depends_on         = [google_pubsub_topic.floodgate]
}

resource "google_pubsub_subscription" "floodgate" {
  project                    = local.project
  name                       = ${hclString(plan.subscription)}
  topic                      = google_pubsub_topic.floodgate.id
  ack_deadline_seconds       = ${String(pushPolicy.ackDeadlineSeconds)}
  message_retention_duration = "${String(pushPolicy.retentionSeconds)}s"
  depends_on                 = [google_service_account_iam_member.pubsub_signs]

  push_config {
    push_endpoint = ${hclString(plan.pushUrl)}

    oidc_token {
      service_account_email = google_service_account.floodgate.email
      audience              = ${hclString(plan.audience)}
    }
  }

  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "${String(pushPolicy.minBackoffSeconds)}s"
    maximum_backoff = "${String(pushPolicy.maxBackoffSeconds)}s"
  }
}

output "service_account_id" {
  description = "Numeric id of the service account, to pin it at Floodgate."
  value       = google_service_account.floodgate.unique_id
}
`;
}
