import { auditLogFilter, pushPolicy, requiredApis, type SetupPlan } from './google-setup.js';
import { shellWord } from './quote.js';

/** A bash script that connects a customer; running it again repairs what differs. */
export function gcloudSetup(plan: SetupPlan): string {
  const { ackDeadlineSeconds, retentionSeconds, minBackoffSeconds, maxBackoffSeconds } = pushPolicy;
  const topicPath = `projects/${plan.projectId}/topics/${plan.topic}`;
  const children = plan.scope === 'project' ? '' : ' --include-children';
  return `#!/usr/bin/env bash
set -euo pipefail
export CLOUDSDK_CORE_DISABLE_PROMPTS=1

project=${shellWord(plan.projectId)}
topic=${shellWord(plan.topic)}
subscription=${shellWord(plan.subscription)}
sink=${shellWord(plan.sink)}
account=${shellWord(plan.serviceAccount)}
email=${shellWord(plan.serviceAccountEmail)}
destination=${shellWord(`pubsub.googleapis.com/${topicPath}`)}
filter=${shellWord(auditLogFilter)}
scope=(${shellWord(`--${plan.scope}=${plan.scopeId}`)})
push=(
  --push-endpoint=${shellWord(plan.pushUrl)}
  --push-auth-service-account="$email"
  --push-auth-token-audience=${shellWord(plan.audience)}
  --ack-deadline=${String(ackDeadlineSeconds)}
  --message-retention-duration=${String(retentionSeconds)}s
  --expiration-period=never
  --min-retry-delay=${String(minBackoffSeconds)}s
  --max-retry-delay=${String(maxBackoffSeconds)}s
)

exists() { "$@" >/dev/null 2>&1; }

# An identity that was just made is not known everywhere at once, so grants are tried again.
grant() {
  for _ in 1 2 3 4 5 6; do
    if "$@" >/dev/null; then return 0; fi
    sleep "\${RETRY_SECONDS:-10}"
  done
  echo "gave up: $*" >&2
  return 1
}

echo "1/6 APIs"
gcloud services enable ${requiredApis.join(' ')} --project="$project"

echo "2/6 topic $topic"
exists gcloud pubsub topics describe "$topic" --project="$project" ||
  gcloud pubsub topics create "$topic" --project="$project"

echo "3/6 log sink $sink"
if exists gcloud logging sinks describe "$sink" "\${scope[@]}"; then
  gcloud logging sinks update "$sink" "$destination" "\${scope[@]}"${children} --log-filter="$filter"
else
  gcloud logging sinks create "$sink" "$destination" "\${scope[@]}"${children} --log-filter="$filter"
fi
writer=$(gcloud logging sinks describe "$sink" "\${scope[@]}" --format='value(writerIdentity)')
grant gcloud pubsub topics add-iam-policy-binding "$topic" --project="$project" \\
  --member="$writer" --role=roles/pubsub.publisher

echo "4/6 service account $email"
exists gcloud iam service-accounts describe "$email" --project="$project" ||
  gcloud iam service-accounts create "$account" --project="$project" \\
    --display-name='Signs the pushes to Floodgate'

echo "5/6 Pub/Sub may sign as $email"
number=$(gcloud projects describe "$project" --format='value(projectNumber)')
grant gcloud iam service-accounts add-iam-policy-binding "$email" --project="$project" --condition=None \\
  --member="serviceAccount:service-$number@gcp-sa-pubsub.iam.gserviceaccount.com" \\
  --role=roles/iam.serviceAccountTokenCreator

echo "6/6 push subscription $subscription"
if exists gcloud pubsub subscriptions describe "$subscription" --project="$project"; then
  gcloud pubsub subscriptions update "$subscription" --project="$project" "\${push[@]}" --clear-dead-letter-policy
else
  gcloud pubsub subscriptions create "$subscription" --project="$project" --topic="$topic" "\${push[@]}"
fi

echo "Done. Numeric id of the service account, to pin it at Floodgate:"
gcloud iam service-accounts describe "$email" --project="$project" --format='value(uniqueId)'
`;
}
