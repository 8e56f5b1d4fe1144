import { describe, expect, it } from '@jest/globals';
import { itWithTerraform, runTerraform } from '../test/terraform-cli.js';
import { scopes, type SetupPlan } from './google-setup.js';
import { terraformSetup } from './terraform.js';

const plan: SetupPlan = {
  scope: 'organization',
  scopeId: '123456789012',
  projectId: 'acme-logs',
  topic: 'my-topic',
  sink: 'my-sink',
  subscription: 'my-subscription',
  serviceAccount: 'my-pusher',
  serviceAccountEmail: 'my-pusher@acme-logs.iam.gserviceaccount.com',
  pushUrl: 'https://ingest.example.com/v1/push/abc',
  audience: 'https://ingest.example.com/v1/push/abc',
};

const hostile = '"}\\${file("/etc/passwd")}%{if}';

/** The arguments of a block by name, those of nested blocks as `nested.name`. */
function readBlock(hcl: string, header: string): Record<string, string> {
  const start = hcl.indexOf(`\n${header} {\n`);
  if (start < 0) throw new Error(`no block ${header}`);
  const body = hcl.slice(start, hcl.indexOf('\n}\n', start)).split('\n').slice(2);
  const path: string[] = [];
  const entries: [string, string][] = [];
  for (const line of body.map((one) => one.trim()).filter((one) => one !== '')) {
    const [, nested] = /^(\w+) \{$/.exec(line) ?? [];
    const [, name, value] = /^(\w+) +?= (.*)$/.exec(line) ?? [];
    if (nested !== undefined) path.push(nested);
    else if (line === '}') path.pop();
    else if (name !== undefined && value !== undefined) entries.push([[...path, name].join('.'), value]);
    else throw new Error(`not understood: ${line}`);
  }
  if (path.length > 0) throw new Error(`block ${header} is not closed`);
  return Object.fromEntries(entries);
}

describe('terraformSetup', () => {
  it('pushes with a signed token, patiently, for a week, for ever, and without a dead-letter topic', () => {
    expect(readBlock(terraformSetup(plan), 'resource "google_pubsub_subscription" "floodgate"')).toEqual({
      project: 'local.project',
      name: '"my-subscription"',
      topic: 'google_pubsub_topic.floodgate.id',
      ack_deadline_seconds: '60',
      message_retention_duration: '"604800s"',
      depends_on: '[google_service_account_iam_member.pubsub_signs]',
      'push_config.push_endpoint': '"https://ingest.example.com/v1/push/abc"',
      'push_config.oidc_token.service_account_email': 'google_service_account.floodgate.email',
      'push_config.oidc_token.audience': '"https://ingest.example.com/v1/push/abc"',
      'expiration_policy.ttl': '""',
      'retry_policy.minimum_backoff': '"10s"',
      'retry_policy.maximum_backoff': '"600s"',
    });
  });

  it.each([
    [
      'organization',
      'google_logging_organization_sink',
      { org_id: '"123456789012"', include_children: 'true' },
    ],
    ['folder', 'google_logging_folder_sink', { folder: '"123456789012"', include_children: 'true' }],
    ['project', 'google_logging_project_sink', { project: '"123456789012"', unique_writer_identity: 'true' }],
  ] as const)(
    'sends the audit logs of a %s to the topic, and grants its writer',
    (scope, resource, parent) => {
      const hcl = terraformSetup({ ...plan, scope });
      const log = (name: string) => `log_id(\\"cloudaudit.googleapis.com/${name}\\")`;
      expect(readBlock(hcl, `resource "${resource}" "floodgate"`)).toEqual({
        name: '"my-sink"',
        destination: '"pubsub.googleapis.com/${google_pubsub_topic.floodgate.id}"',
        filter: `"${['activity', 'data_access', 'system_event', 'policy', 'access_transparency'].map(log).join(' OR ')}"`,
        ...parent,
      });
      expect(readBlock(hcl, 'resource "google_pubsub_topic_iam_member" "sink_publishes"')).toMatchObject({
        topic: 'google_pubsub_topic.floodgate.name',
        role: '"roles/pubsub.publisher"',
        member: `${resource}.floodgate.writer_identity`,
      });
    },
  );

  it('lets the Pub/Sub service agent of the project sign as the push account', () => {
    const hcl = terraformSetup(plan);
    expect(readBlock(hcl, 'resource "google_service_account" "floodgate"')).toMatchObject({
      project: 'local.project',
      account_id: '"my-pusher"',
    });
    expect(readBlock(hcl, 'resource "google_service_account_iam_member" "pubsub_signs"')).toMatchObject({
      service_account_id: 'google_service_account.floodgate.name',
      role: '"roles/iam.serviceAccountTokenCreator"',
      member:
        '"serviceAccount:service-${data.google_project.floodgate.number}@gcp-sa-pubsub.iam.gserviceaccount.com"',
    });
    expect(readBlock(hcl, 'locals')).toEqual({ project: '"acme-logs"' });
  });

  it.each(scopes)('closes what it opens and refers only to what it declares, for a sink of a %s', (scope) => {
    const hcl = terraformSetup({ ...plan, scope });
    const code = hcl.replace(/"(?:[^"\\]|\\.)*"/g, '');
    const count = (brackets: RegExp) => code.match(brackets)?.length;
    expect(count(/[{[(]/g)).toBe(count(/[}\])]/g));
    const declared = [...hcl.matchAll(/^(?:resource|data) "(\w+)" "(\w+)"/gm)].map((found) =>
      found.slice(1, 3).join('.'),
    );
    const used = [...hcl.matchAll(/\bgoogle_\w+\.\w+/g)].map(([name]) => name);
    expect(used.filter((name) => !declared.includes(name))).toEqual([]);
  });

  it('keeps a hostile audience inside its string', () => {
    const hcl = terraformSetup({ ...plan, audience: hostile });
    const { 'push_config.oidc_token.audience': audience } = readBlock(
      hcl,
      'resource "google_pubsub_subscription" "floodgate"',
    );
    expect(audience).toBe(String.raw`"\"}\\$` + '${file(' + String.raw`\"/etc/passwd\")}%%{if}"`);
  });

  itWithTerraform('is well formed and in canonical style by Terraform itself', () => {
    for (const scope of scopes) {
      const hcl = terraformSetup({ ...plan, scope, audience: hostile });
      expect(runTerraform(['fmt', '-no-color', '-'], hcl)).toBe(hcl);
    }
  });
});
