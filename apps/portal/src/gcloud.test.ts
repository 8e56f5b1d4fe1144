import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gcloudSetup } from './gcloud.js';
import { auditLogFilter, scopes, type SetupPlan } from './google-setup.js';

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

// Writes down its arguments, knows what was created, and fails the first grants, as Google may.
const fakeGcloud = `#!/usr/bin/env bash
printf '%s\\0' "$@" >> "$STATE/calls"; printf '\\n\\0' >> "$STATE/calls"
case "$*" in
  *' describe '*writerIdentity*) echo 'serviceAccount:writer@gcp-sa-logging.iam.gserviceaccount.com' ;;
  *' describe '*projectNumber*) echo 4711 ;;
  *' describe '*uniqueId*) echo 112233 ;;
  *' describe '*) [[ -e "$STATE/made" ]] ;;
  *add-iam-policy-binding*) [[ -e "$STATE/$2" ]] || { touch "$STATE/$2"; exit 1; } ;;
esac`;

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'floodgate-gcloud-'));
  writeFileSync(join(directory, 'gcloud'), fakeGcloud, { mode: 0o755 });
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Runs the script against the fake; gives its output and every call's arguments. */
function run(script: string, everythingIsThere = false) {
  const state = mkdtempSync(join(directory, 'state-'));
  if (everythingIsThere) writeFileSync(join(state, 'made'), '');
  const env = { PATH: `${directory}:${String(process.env['PATH'])}`, STATE: state, RETRY_SECONDS: '0' };
  const { status, stdout, stderr } = spawnSync('bash', ['-s'], {
    input: script,
    env,
    cwd: state,
    encoding: 'utf8',
  });
  const calls = readFileSync(join(state, 'calls'), 'utf8')
    .split('\0\n\0')
    .filter((call) => call !== '')
    .map((call) => call.split('\0'));
  return { status, stdout, stderr, calls };
}

const writes = (calls: string[][]) =>
  calls.filter((call) => !call.includes('describe')).map((call) => call.slice(0, 4).join(' '));
const callTo = (calls: string[][], words: string) =>
  calls.find((call) => call.join(' ').startsWith(words)) ?? [];

const push = [
  '--push-endpoint=https://ingest.example.com/v1/push/abc',
  '--push-auth-service-account=my-pusher@acme-logs.iam.gserviceaccount.com',
  '--push-auth-token-audience=https://ingest.example.com/v1/push/abc',
  '--ack-deadline=60',
  '--message-retention-duration=604800s',
  '--expiration-period=never',
  '--min-retry-delay=10s',
  '--max-retry-delay=600s',
];

describe('gcloudSetup', () => {
  it('is bash without a mistake in its grammar', () => {
    for (const scope of scopes) {
      const { status, stderr } = spawnSync('bash', ['-n'], {
        input: gcloudSetup({ ...plan, scope }),
        encoding: 'utf8',
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
  });

  it('creates everything in order, tries grants again, and ends with the id to pin', () => {
    const { status, stdout, calls } = run(gcloudSetup(plan));
    expect(status).toBe(0);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('112233');
    expect(writes(calls)).toEqual([
      'services enable cloudresourcemanager.googleapis.com iam.googleapis.com',
      'pubsub topics create my-topic',
      'logging sinks create my-sink',
      'pubsub topics add-iam-policy-binding my-topic',
      'pubsub topics add-iam-policy-binding my-topic',
      'iam service-accounts create my-pusher',
      'iam service-accounts add-iam-policy-binding my-pusher@acme-logs.iam.gserviceaccount.com',
      'iam service-accounts add-iam-policy-binding my-pusher@acme-logs.iam.gserviceaccount.com',
      'pubsub subscriptions create my-subscription',
    ]);
    expect(callTo(calls, 'logging sinks create')).toEqual([
      ...[
        'logging',
        'sinks',
        'create',
        'my-sink',
        'pubsub.googleapis.com/projects/acme-logs/topics/my-topic',
      ],
      ...['--organization=123456789012', '--include-children', `--log-filter=${auditLogFilter}`],
    ]);
    expect(callTo(calls, 'pubsub topics add-iam')).toEqual(
      expect.arrayContaining([
        '--member=serviceAccount:writer@gcp-sa-logging.iam.gserviceaccount.com',
        '--role=roles/pubsub.publisher',
      ]),
    );
    expect(callTo(calls, 'iam service-accounts add-iam')).toEqual(
      expect.arrayContaining([
        '--member=serviceAccount:service-4711@gcp-sa-pubsub.iam.gserviceaccount.com',
        '--role=roles/iam.serviceAccountTokenCreator',
      ]),
    );
    expect(callTo(calls, 'pubsub subscriptions create')).toEqual([
      ...['pubsub', 'subscriptions', 'create', 'my-subscription', '--project=acme-logs', '--topic=my-topic'],
      ...push,
    ]);
  });

  it('creates nothing twice when run again, and puts right what differs', () => {
    const { status, calls } = run(gcloudSetup(plan), true);
    expect(status).toBe(0);
    expect(writes(calls).filter((call) => call.includes(' create '))).toEqual([]);
    expect(callTo(calls, 'logging sinks update')).toContain(`--log-filter=${auditLogFilter}`);
    expect(callTo(calls, 'pubsub subscriptions update').slice(5)).toEqual([
      ...push,
      '--clear-dead-letter-policy',
    ]);
  });

  it.each([
    ['folder', ['--folder=123456789012', '--include-children']],
    ['project', ['--project=123456789012']],
  ] as const)('makes the sink of a %s', (scope, flags) => {
    const { calls } = run(gcloudSetup({ ...plan, scope }));
    expect(callTo(calls, 'logging sinks create').slice(5, -1)).toEqual(flags);
  });

  it('stops and says so when a grant never succeeds', () => {
    const script = gcloudSetup(plan);
    const { status, stderr, calls } = run(script.replace('for _ in 1 2 3 4 5 6', 'for _ in 1'));
    expect(status).toBe(1);
    expect(stderr).toContain('gave up: gcloud pubsub topics add-iam-policy-binding');
    expect(writes(calls).at(-1)).toBe('pubsub topics add-iam-policy-binding my-topic');
  });

  it('hands a hostile audience on as it is, and runs none of it', () => {
    const audience = `';touch\${IFS}owned;'"$(touch owned)\`touch owned\`\\!*~`;
    const { status, calls } = run(gcloudSetup({ ...plan, audience }));
    expect(status).toBe(0);
    expect(callTo(calls, 'pubsub subscriptions create')).toContain(`--push-auth-token-audience=${audience}`);
    expect(spawnSync('find', [directory, '-name', 'owned'], { encoding: 'utf8' }).stdout).toBe('');
  });
});
