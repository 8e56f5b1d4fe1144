import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { lineFormats, readEvent } from '#audit-log';
import { bufferOf, originalEntry } from '#contracts';
import { AuditTraffic } from '#tools/local-google';

const schemas = '../shared/ocsf/1.8.0';
const samples = '../shared/samples/gcp-audit';
const withSchemas = existsSync(schemas) ? describe : describe.skip;
const withSamples = existsSync(samples) && existsSync(schemas) ? it : it.skip;
const network = { countryCode: 'CH', city: 'Zürich', latitude: 47.4, longitude: 8.5, asn: 64_500 };

type Line = {
  class_uid: number;
  activity_id: number;
  unmapped: { log_entry: unknown };
  enrichments: { name: string; value: string }[];
} & Record<string, unknown>;

/** The line of an entry, and its text; an entry is always understood here. */
function lineOf(bytes: Buffer): { line: Line; text: string } {
  const source = { tenantId: 'acme', connectionId: 'c1', receivedAtMs: Date.UTC(2026, 1, 3), bytes };
  const read = readEvent(source, { networkOf: () => network });
  if ('refused' in read) throw new Error(`refused: ${read.refused}`);
  const text = bufferOf(lineFormats.ocsf(read.event)).toString();
  return { line: JSON.parse(text) as Line, text };
}

const generated = () => {
  const traffic = new AuditTraffic({ seed: 7, tenant: 'acme', malformedShare: 0 });
  return Array.from({ length: 300 }, () => traffic.next(Date.UTC(2026, 1, 3)).data);
};

withSchemas('the ocsf format', () => {
  const validators = new Map<number, ValidateFunction>();
  if (existsSync(schemas)) {
    const ajv = new Ajv2020();
    for (const [uid, name] of [
      [6003, 'api_activity'],
      [3002, 'authentication'],
    ] as const)
      validators.set(uid, ajv.compile(JSON.parse(readFileSync(`${schemas}/${name}.schema.json`, 'utf8'))));
  }

  /** What is wrong with a line: by its schema, or because a caption is not its number's. */
  function problems(line: Line): unknown {
    const validate = validators.get(line.class_uid);
    if (!validate) return `class ${String(line.class_uid)}`;
    if (!validate(line)) return validate.errors;
    const captions = captionsOf(line);
    return captions.length === 0 ? undefined : captions;
  }

  function captionsOf(line: Line): string[] {
    const schema = validators.get(line.class_uid)?.schema as {
      properties: Record<string, { $comment?: string }>;
    };
    return Object.entries({
      activity_id: 'activity_name',
      class_uid: 'class_name',
      category_uid: 'category_name',
      type_uid: 'type_name',
      status_id: 'status',
      severity_id: 'severity',
    }).flatMap(([id, name]) => {
      // Where nothing fits, the caption is the source's own word.
      if (line[id] === 99) return [];
      const caption = (schema.properties[id]?.$comment ?? '')
        .split('; ')
        .find((one) => one.startsWith(`${String(line[id])} `));
      return caption === `${String(line[id])} ${String(line[name])}` ? [] : [`${id} ${String(line[name])}`];
    });
  }

  it('is valid for generated entries', () => {
    for (const bytes of generated()) expect(problems(lineOf(bytes).line)).toBeUndefined();
  });

  withSamples('is valid for every real entry, and holds its bytes unchanged', () => {
    const lines = readdirSync(samples)
      .filter((name) => name.endsWith('.ndjson'))
      .flatMap((name) => readFileSync(`${samples}/${name}`, 'utf8').split('\n').filter(Boolean));
    expect(lines.length).toBeGreaterThan(300);
    for (const original of lines) {
      const { line, text } = lineOf(Buffer.from(original));
      expect(problems(line)).toBeUndefined();
      // A secret in a sample is hidden; everything else is the entry's own.
      if (!text.includes('REDACTED-')) expect(originalEntry(text)).toBe(original);
    }
  });
});
