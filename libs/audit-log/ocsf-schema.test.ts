import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bufferOf } from '#contracts';
import { lineFormats } from './formats.js';
import type { Network } from './network.js';
import { ocsfMapping } from './ocsf-mapping.js';
import { readEvent } from './read-event.js';
import { ocsfExamples } from './test/ocsf-examples.js';
import { hasSchemas, ocsfProblems, type Json } from './test/ocsf-schema.js';

const samples = '../shared/samples/gcp-audit';
const withSchemas = hasSchemas ? it : it.skip;
const withSamples = hasSchemas && existsSync(samples) ? it : it.skip;
const zurich: Network = {
  ...{ countryCode: 'CH', region: 'Zürich', city: 'Zürich', latitude: 47.4, longitude: 8.5 },
  ...{ asn: 64_500, asOrganisation: 'Example AG' },
};
const networks = [zurich, {}, { asn: 1 }, { latitude: 1, longitude: 2 }, { countryCode: 'CH' }, undefined];

/** What the line of an entry says, as a reader of JSON sees it. */
function lineOf(entry: Json, network: Network | undefined = zurich): Json {
  const bytes = Buffer.from(JSON.stringify(entry));
  const source = { tenantId: 'acme', connectionId: 'c1', receivedAtMs: Date.UTC(2026, 1, 3), bytes };
  const read = readEvent(source, { networkOf: () => network });
  if ('refused' in read) throw new Error(`refused: ${read.refused}`);
  return JSON.parse(bufferOf(lineFormats.ocsf(read.event)).toString()) as Json;
}

/** Another value in place of one of all in a tree, or none. */
function changed(entry: Json, where: number, value: unknown): void {
  const places: [holder: Json, key: string][] = [];
  const walk = (holder: Json) => {
    for (const [key, child] of Object.entries(holder)) {
      places.push([holder, key]);
      if (typeof child === 'object' && child !== null) walk(child as Json);
    }
  };
  walk(entry);
  const [holder, key] = places[where % Math.max(1, places.length)] ?? [];
  if (holder === undefined || key === undefined) return;
  if (value === undefined && !Array.isArray(holder)) Reflect.deleteProperty(holder, key);
  else holder[key] = structuredClone(value) ?? null;
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, '', ' ', true, 0, -1, 7, 99, 1e300, 0.5, {}, [], [[]], [{}]),
  fc.constantFrom<unknown>('::', 'fe80::1%eth0', '1.2.3.4', '::ffff:10.0.0.1', '1::2:3:4:5:6:7', '1.2.3'),
  fc.constantFrom<unknown>('a@b.c', 'a,b@c.d', '@', 'a@', 'principal://x/subject/', 'serviceAccount:[x]'),
  fc.constantFrom<unknown>('9007199254740993', '-5', '0001-01-01T00:00:00Z', '+275760-09-13T00:00:00Z'),
  fc.constantFrom<unknown>('google.login.LoginService.x', 'ExchangeToken', 'SetIamPolicy', 'constructor'),
  fc.constantFrom<unknown>('toString', '__proto__', 'hasOwnProperty', 'a/', '/', '\ud800', 'x'.repeat(9_000)),
  fc.ipV4(),
  fc.ipV6(),
  fc.string(),
  fc.jsonValue({ maxDepth: 3 }),
);
const changes = fc.array(fc.tuple(fc.nat(), odd), { minLength: 1, maxLength: 8 });

/** However entries are changed, their lines are right. */
function staysRight(entries: readonly Json[], numRuns: number): void {
  fc.assert(
    fc.property(fc.constantFrom(...entries), changes, fc.constantFrom(...networks), (entry, all, network) => {
      const mutated = structuredClone(entry);
      for (const [where, value] of all) changed(mutated, where, value);
      expect(ocsfProblems(lineOf(mutated, network))).toEqual([]);
    }),
    { numRuns },
  );
}

const realEntries = () =>
  readdirSync(samples)
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => readFileSync(`${samples}/${name}`, 'utf8').split('\n').filter(Boolean))
    .map((line) => JSON.parse(line) as Json);

describe('the schemas of OCSF', () => {
  withSchemas('take the line of every kind of entry', () => {
    for (const entry of ocsfExamples) expect(ocsfProblems(lineOf(entry))).toEqual([]);
  });

  withSchemas('notice what is wrong with a line', () => {
    const line = lineOf({ protoPayload: { methodName: 'storage.buckets.create' } });
    expect(ocsfProblems(line)).toEqual([]);
    for (const wrong of [
      { status: 'Success!' },
      { activity_name: 'Read' },
      { severity_id: 7 },
      { time: null },
      { odd: 1 },
      { actor: {} },
      { resources: [{ uid: 'r', role_id: 1, role: 'Related' }] },
    ])
      expect([wrong, ocsfProblems({ ...line, ...wrong }).length > 0]).toEqual([wrong, true]);
  });

  withSamples('take the line of every real entry', () => {
    const entries = realEntries();
    expect(entries.length).toBeGreaterThan(300);
    for (const entry of entries) expect(ocsfProblems(lineOf(entry))).toEqual([]);
  });

  withSchemas('take the line of an entry whatever became of it on its way', () => {
    staysRight(ocsfExamples, 2_000);
  });

  withSamples('take the line of a real entry whatever became of it on its way', () => {
    staysRight(realEntries(), 2_000);
  });

  withSchemas('take the line of any JSON object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (entry) => {
        expect(ocsfProblems(lineOf(entry))).toEqual([]);
      }),
    );
  });
});

describe('the documented mapping', () => {
  const documented = new Set(ocsfMapping.map(({ ocsf }) => ocsf));

  it('has every attribute that a line can have, and no other', () => {
    const found = new Set(ocsfExamples.flatMap((entry) => [...attributesOf(lineOf(entry), documented)]));
    expect([...found].sort()).toEqual([...documented].sort());
    expect(documented.size).toBe(ocsfMapping.length);
  });

  (hasSchemas && existsSync(samples) ? it : it.skip)('has every attribute of real entries', () => {
    const found = new Set(realEntries().flatMap((entry) => [...attributesOf(lineOf(entry), documented)]));
    expect([...found].filter((name) => !documented.has(name))).toEqual([]);
  });
});

/** The full names of all values in a line; what is documented as a whole is not looked into. */
function* attributesOf(value: unknown, whole: ReadonlySet<string>, path = ''): Generator<string> {
  if (whole.has(path) || typeof value !== 'object' || value === null) yield path;
  else if (Array.isArray(value)) for (const item of value) yield* attributesOf(item, whole, `${path}[]`);
  else
    for (const [name, child] of Object.entries(value))
      yield* attributesOf(child, whole, path === '' ? name : `${path}.${name}`);
}
