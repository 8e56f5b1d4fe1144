import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { isIP } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ecsMapping, lineFormats, readEvent, type EcsFieldType, type Network } from '#audit-log';
import { bufferOf } from '#contracts';
import { AuditTraffic } from '#tools/local-google';

const samples = '../shared/samples/gcp-audit';
const withSamples = existsSync(samples) ? it : it.skip;
const receivedAtMs = Date.UTC(2026, 1, 3, 4, 5, 8);
const zurich: Network = {
  countryCode: 'CH',
  region: 'Zürich',
  city: 'Zürich',
  latitude: 47.4,
  longitude: 8.5,
  asn: 64_500,
  asOrganisation: 'Example AG',
};

type Json = Record<string, unknown>;
type EcsEvent = {
  category?: string[];
  type?: string[];
  kind: string;
  outcome?: string;
};

/** What the line of an entry says, as a reader of JSON sees it. */
function lineOf(bytes: Buffer): Json & { event: EcsEvent } {
  const read = readEvent(
    { tenantId: 'acme', connectionId: 'c1', receivedAtMs, bytes },
    { networkOf: () => zurich },
  );
  if ('refused' in read) throw new Error(`refused: ${read.refused}`);
  return JSON.parse(bufferOf(lineFormats.ecs(read.event)).toString()) as Json & {
    event: EcsEvent;
  };
}

const lineOfEntry = (entry: Json) => lineOf(Buffer.from(JSON.stringify(entry)));

/** From the documentation of ECS: the values of event.category, and the event.type that goes with each. */
const typesOfCategory: Readonly<Record<string, string>> = {
  api: 'access admin allowed change creation deletion denied end info start user',
  authentication: 'start end info',
  configuration: 'access change creation deletion info',
  iam: 'admin change creation deletion group info user',
};
const kinds = ['alert', 'asset', 'enrichment', 'event', 'metric', 'state', 'pipeline_error', 'signal'];
const outcomes = ['success', 'failure', 'unknown'];

const typeOf = new Map<string, EcsFieldType>(ecsMapping.map(({ ecs, type }) => [ecs, type]));

/** Whether Elasticsearch takes the value for the type. */
function isOfType(type: EcsFieldType, value: unknown): boolean {
  switch (type) {
    case 'keyword[]':
      return isListOf('keyword', value);
    case 'ip[]':
      return isListOf('ip', value);
    case 'nested':
      return Array.isArray(value) && value.length > 0;
    case 'keyword':
    case 'wildcard':
    case 'match_only_text':
      return typeof value === 'string' && value !== '';
    case 'ip':
      return typeof value === 'string' && isIP(value) !== 0 && !value.includes('%');
    case 'date':
      return typeof value === 'string' && isDate(value);
    case 'long':
      return Number.isSafeInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'geo_point':
      return isPosition(value);
    case 'object':
      return typeof value === 'object' && value !== null;
  }
}

function isListOf(type: EcsFieldType, value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => isOfType(type, item));
}

/** strict_date_optional_time, of a day that exists. */
function isDate(value: string): boolean {
  const [, whole] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z$/.exec(value) ?? [];
  return whole !== undefined && new Date(`${whole}Z`).toISOString().startsWith(whole);
}

function isPosition(value: unknown): boolean {
  const { lat, lon, ...rest } = value as Record<string, number>;
  return Math.abs(lat ?? NaN) <= 90 && Math.abs(lon ?? NaN) <= 180 && Object.keys(rest).length === 0;
}

/** Every field of the line at any depth, by its full name. */
function* fieldsOf(line: Json, parent = ''): Generator<[name: string, value: unknown]> {
  for (const [key, value] of Object.entries(line)) {
    const name = parent + key;
    const type = typeOf.get(name);
    if (type !== undefined || typeof value !== 'object' || value === null) yield [name, value];
    if (type === 'nested') for (const item of value as Json[]) yield* fieldsOf(item, `${name}.`);
    if (type !== undefined || typeof value !== 'object' || value === null) continue;
    if (Object.keys(value).length === 0) yield [name, value];
    yield* fieldsOf(value as Json, `${name}.`);
  }
}

/** What is wrong with a line. */
function problems(line: Json & { event: EcsEvent }): string[] {
  const wrong = [...fieldsOf(line)].flatMap(([name, value]) => {
    const type = typeOf.get(name);
    return type !== undefined && isOfType(type, value) ? [] : [`${name} = ${JSON.stringify(value)}`];
  });
  const { category = [], type = [], kind, outcome } = line.event;
  const known = category.filter((one) => one in typesOfCategory);
  if (known.length !== category.length) wrong.push(`event.category ${category.join()}`);
  const expected = category.flatMap((one) => typesOfCategory[one]?.split(' ') ?? []);
  const odd = type.filter((one, index) => !expected.includes(one) || type.indexOf(one) !== index);
  if (odd.length > 0) wrong.push(`event.type ${odd.join()} of ${category.join()}`);
  if (!kinds.includes(kind)) wrong.push(`event.kind ${kind}`);
  if (outcome !== undefined && !outcomes.includes(outcome)) wrong.push(`event.outcome ${outcome}`);
  for (const required of ['tenant_id', '@timestamp', 'ecs', 'labels'])
    if (!(required in line)) wrong.push(`no ${required}`);
  return wrong;
}

const generated = () => {
  const traffic = new AuditTraffic({
    seed: 7,
    tenant: 'acme',
    malformedShare: 0,
  });
  return Array.from({ length: 1_000 }, () => traffic.next(receivedAtMs).data);
};

const real = () =>
  readdirSync(samples)
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => readFileSync(`${samples}/${name}`, 'utf8').split('\n').filter(Boolean))
    .map((line) => Buffer.from(line));

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, '', ' ', true, 0, -1, 1e300, {}, [], [[]], [{}], ['x'], [null], { a: null }),
  fc.constantFrom<unknown>(
    '::',
    'fe80::1%eth0',
    '::ffff:10.0.0.1',
    '0',
    '99999999999999999999',
    'projects//',
  ),
  fc.constantFrom<unknown>(
    '2026-02-30T01:02:03Z',
    '2026-02-03T24:00:00Z',
    '+012026-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '2026-02-03T04:05:06.123456789+02:00',
    'Tue Feb 03 2026',
    '2026',
  ),
  fc.constantFrom<unknown>(
    '@',
    'a@',
    '@b',
    'principal://x/subject/',
    'user:',
    'group:g@x',
    'deleted:user:a@b',
  ),
  fc.string(),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Entries of which some values were replaced by others. */
const mutated = (entries: readonly Buffer[]) =>
  fc
    .tuple(fc.constantFrom(...entries), fc.array(fc.tuple(fc.nat(), odd), { minLength: 1, maxLength: 8 }))
    .map(([bytes, changes]) => {
      const entry = JSON.parse(bytes.toString()) as Json;
      for (const [where, value] of changes) replaceAt(entry, where, value);
      return Buffer.from(JSON.stringify(entry));
    });

function replaceAt(tree: Json, where: number, value: unknown): void {
  const places: [holder: Json, key: string][] = [];
  const walk = (holder: Json) => {
    for (const [key, child] of Object.entries(holder)) {
      places.push([holder, key]);
      if (typeof child === 'object' && child !== null) walk(child as Json);
    }
  };
  walk(tree);
  const place = places[where % Math.max(1, places.length)];
  if (place) place[0][place[1]] = structuredClone(value);
}

/** Entries that hold every field between them. */
const examples = (): Buffer[] =>
  [
    {
      protoPayload: {
        serviceName: 'iam.googleapis.com',
        methodName: 'google.iam.admin.v1.SetIAMPolicy',
        authenticationInfo: {
          principalEmail: 'bot@shop.iam.gserviceaccount.com',
          principalSubject: 'serviceAccount:bot@shop.iam.gserviceaccount.com',
          serviceAccountKeyName: '//iam.googleapis.com/projects/shop/keys/1',
          serviceAccountDelegationInfo: [
            {
              firstPartyPrincipal: { principalEmail: 'ann@example.com' },
              principalSubject: 'user:ann@example.com',
            },
          ],
        },
        authorizationInfo: [
          {
            permission: 'a.b.set',
            permissionType: 'ADMIN_WRITE',
            resource: 'r1',
            granted: true,
          },
        ],
        serviceData: {
          policyDelta: {
            auditConfigDeltas: [
              { action: 'ADD', service: 's', logType: 'DATA_READ', exemptedMember: 'user:eve@example.com' },
            ],
            bindingDeltas: [
              {
                action: 'ADD',
                role: 'roles/owner',
                member: 'user:eve@example.com',
              },
              {
                action: 'REMOVE',
                role: 'roles/viewer',
                member: 'user:eve@example.com',
              },
            ],
          },
        },
        metadata: {
          violationReason: 'NO_MATCHING_ACCESS_LEVEL',
          group: 'group:ops@example.com',
        },
        resourceName: 'r0',
        resourceLocation: { currentLocations: ['europe-west6-a'] },
        requestMetadata: {
          callerIp: '8.8.8.8',
          callerNetwork: '//compute/n',
          callerSuppliedUserAgent: 'gcloud',
        },
        status: { code: 7, message: 'denied' },
      },
      resource: {
        type: 'gce_instance',
        labels: { instance_id: '1', project_id: 'shop', organization_id: '9' },
      },
      operation: { id: 'o', producer: 'iam.googleapis.com', first: true },
      split: { uid: 's', index: 0, totalSplits: 2 },
      logName: 'folders/5/logs/cloudaudit.googleapis.com%2Factivity',
      timestamp: '2026-02-03T04:05:06.123456789Z',
      receiveTimestamp: '2026-02-03T04:05:07Z',
      severity: 'ERROR',
      insertId: 'i',
    },
    {
      protoPayload: {
        serviceData: {
          policyDelta: {
            bindingDeltas: [{ action: 'ADD', member: 'group:ops@example.com' }],
          },
        },
      },
      logName: 'billingAccounts/1/logs/cloudaudit.googleapis.com%2Factivity',
    },
    {
      protoPayload: {
        serviceName: 'k8s.io',
        methodName: 'io.k8s.core.v1.pods.exec.create',
        authenticationInfo: {
          principalEmail: 'system:serviceaccount:shop:web',
        },
        authorizationInfo: [
          { permission: 'io.k8s.core.v1.pods.exec.create', resource: 'other' },
          {
            permission: 'io.k8s.core.v1.pods.get',
            resource: 'core/v1/namespaces/shop/pods/web-1/exec',
          },
        ],
        requestMetadata: { callerIp: 'gce-internal-ip' },
        resourceName: 'core/v1/namespaces/shop/pods/web-1/exec',
      },
      resource: {
        type: 'k8s_cluster',
        labels: { cluster_name: 'prod', location: 'europe-west6' },
      },
      logName: 'organizations/9/logs/cloudaudit.googleapis.com%2Fdata_access',
      operation: { id: 'o', last: true },
    },
    {
      protoPayload: {
        methodName: 'google.login.LoginService.loginFailure',
        authenticationInfo: {},
      },
      logName: 'organizations/9/logs/cloudaudit.googleapis.com%2Fdata_access',
    },
    {
      protoPayload: {
        methodName: 'compute.instances.preempted',
        status: { message: 'Preempted.' },
      },
      logName: 'projects/shop/logs/cloudaudit.googleapis.com%2Fsystem_event',
    },
    {
      textPayload: 'GET /',
      httpRequest: {
        requestMethod: 'GET',
        requestUrl: 'https://shop.example/',
        requestSize: '17',
        status: 200,
        responseSize: '1700',
        userAgent: 'curl',
        remoteIp: '8.8.4.4',
        referer: 'https://example.com/',
        protocol: 'HTTP/1.1',
      },
      logName: 'projects/shop/logs/requests',
    },
  ].map((entry) => Buffer.from(JSON.stringify(entry)));

describe('the fields of Elastic Common Schema', () => {
  it('are known and of their types', () => {
    for (const bytes of [...examples(), ...generated()]) expect(problems(lineOf(bytes))).toEqual([]);
  });

  withSamples('are known and of their types for every real entry', () => {
    const entries = real();
    expect(entries.length).toBeGreaterThan(300);
    for (const bytes of entries) expect(problems(lineOf(bytes))).toEqual([]);
  });

  it('are known and of their types whatever becomes of an entry on its way', () => {
    fc.assert(
      fc.property(mutated([...examples(), ...generated().slice(0, 200)]), (bytes) => {
        expect(problems(lineOf(bytes))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  withSamples('are known and of their types whatever becomes of a real entry', () => {
    fc.assert(
      fc.property(mutated(real()), (bytes) => {
        expect(problems(lineOf(bytes))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are known and of their types for any JSON object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (entry) => {
        expect(problems(lineOfEntry(entry))).toEqual([]);
      }),
    );
  });

  it('are all documented, and no other is', () => {
    const produced = new Set(
      examples().flatMap((bytes) => [...fieldsOf(lineOf(bytes))].map(([name]) => name)),
    );
    const documented = ecsMapping.map(({ ecs }) => ecs);
    expect([...produced].sort()).toEqual([...documented].sort());
    expect(new Set(documented).size).toBe(documented.length);
  });
});
