// Writes the parts of the documents that the code decides: settings, metrics, codes. Runs on the built code;
// with --check it changes nothing and fails when a document has drifted.
import 'reflect-metadata';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as prettier from 'prettier';
import { Registry } from 'prom-client';
import { ensureBuilt, root, say } from './setup.mjs';

const apps = ['receiver', 'enricher', 'deliverer', 'monitor', 'portal'];

/** @param {string} path of a built module, without its extension */
const built = (path) => import(pathToFileURL(join(root, 'dist', `${path}.js`)).href);

function table(titles, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

/** What one setting is, read from its zod schema. */
function describe(schema) {
  let inner = schema;
  let fallback;
  let isOptional = false;
  let text = schema.description;
  while (inner.def.innerType ?? inner.def.in) {
    if (inner.def.type === 'default') fallback = inner.def.defaultValue;
    if (inner.def.type === 'optional') isOptional = true;
    inner = inner.def.innerType ?? inner.def.in;
    text ??= inner.description;
  }
  const value = Array.isArray(fallback) ? fallback.join(',') : fallback;
  return {
    text: text ?? '',
    fallback: value === undefined ? (isOptional ? 'none' : '**required**') : `\`${String(value)}\``,
  };
}

async function settingsOf(app) {
  const { [`${app}Config`]: schema } = await built(`apps/${app}/src/${app}.config`);
  return Object.entries(schema.shape).map(([name, setting]) => ({ name, ...describe(setting) }));
}

async function metricsOf(app) {
  const name = app === 'portal' ? 'request-metrics' : `${app}-metrics`;
  const [Metrics] = Object.values(await built(`apps/${app}/src/${name}`));
  const registry = new Registry();
  if (app === 'portal') new Metrics(undefined, registry);
  else new Metrics(registry);
  const metrics = await registry.getMetricsAsJSON();
  return metrics.map(({ name, type, help }) => {
    const labels = registry.getSingleMetric(name).labelNames;
    return [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help];
  });
}

/** Every generated part, by file and marker. */
async function parts() {
  const all = new Map();
  const found = [];
  for (const app of apps) {
    const settings = await settingsOf(app);
    const rows = settings.map(({ name, fallback, text }) => [`\`${name}\``, fallback, text]);
    found.push([`apps/${app}/README.md`, 'config', table(['setting', 'default', 'meaning'], rows)]);
    for (const setting of settings) {
      const known = all.get(setting.name) ?? { ...setting, apps: [] };
      known.apps.push(app);
      if (!known.text.includes(setting.text)) known.text += ` In the ${app}: ${setting.text}`;
      if (known.fallback !== setting.fallback) known.fallback = 'per app';
      all.set(setting.name, known);
    }
  }
  const rows = [...all.values()].map(({ name, apps: users, fallback, text }) => [
    `\`${name}\``,
    users.length === apps.length ? 'all' : users.join(', '),
    fallback,
    text,
  ]);
  found.push(['README.md', 'config', table(['setting', 'apps', 'default', 'meaning'], rows)]);

  const { errorCodes } = await built('libs/contracts/errors');
  const { quarantineReasons } = await built('libs/contracts/quarantine');
  const codes = (of) => Object.entries(of).map(([code, text]) => [`\`${code}\``, text]);
  found.push(['README.md', 'errors', table(['code', 'meaning'], codes(errorCodes))]);
  found.push(['README.md', 'quarantine', table(['reason', 'meaning'], codes(quarantineReasons))]);

  const sections = [];
  for (const app of apps) {
    sections.push(`## ${app}\n\n${table(['metric', 'type', 'labels', 'meaning'], await metricsOf(app))}`);
  }
  found.push(['docs/metrics.md', 'metrics', sections.join('\n\n')]);
  return [...found, ...(await eventParts())];
}

/** What becomes of entries: rules, mappings, counts over generated traffic, and an example. */
async function eventParts() {
  const { classificationTable, ecsMapping, lineFormats, ocsfMapping, readEvent } =
    await built('libs/audit-log/index');
  const { bufferOf } = await built('libs/contracts/index');
  const { AuditTraffic } = await built('tools/local-google/index');
  const nowMs = Date.UTC(2026, 1, 3, 4, 5, 6);
  const traffic = new AuditTraffic({ seed: 1, tenant: 'acme', malformedShare: 0 });
  const entries = Array.from({ length: 10_000 }, () => traffic.next(nowMs).data);
  const read = (bytes) =>
    readEvent(
      { tenantId: 'acme', connectionId: 'example', receivedAtMs: nowMs, bytes },
      { networkOf: () => ({ countryCode: 'CH' }) },
    ).event;
  const counts = new Map();
  for (const bytes of entries) {
    const event = read(bytes);
    const { class_name: name } = JSON.parse(bufferOf(lineFormats.ocsf(event)).toString());
    const key = `${name} ${event.classification.category}`;
    counts.set(key, [name, event.classification.category, (counts.get(key)?.[2] ?? 0) + 1]);
  }
  const code = (value) => (value === '' ? '' : `\`${value}\``);
  const rows = classificationTable().map(({ id, category, matches, example }) => [
    code(id),
    category,
    matches.includes(' ') ? matches : code(matches),
    code(example),
  ]);
  const mapping = (all, format) =>
    table(
      [format, 'source', 'note'],
      all.map((one) => [code(one[format]), one.source, one.note ?? '']),
    );
  const example = entries.find((bytes) => read(bytes).classification.category === 'permission-change');
  const fence = (json) => `\`\`\`json\n${JSON.stringify(json, undefined, 2)}\n\`\`\``;
  const shown = ['ocsf', 'ecs'].map((format) => {
    const line = JSON.parse(bufferOf(lineFormats[format](read(example))).toString());
    delete (line.unmapped ?? line).log_entry;
    return `\`${format}\`:\n\n${fence(line)}`;
  });
  return [
    [
      'docs/classification.md',
      'counts',
      table(
        ['OCSF class', 'category', 'entries'],
        [...counts.values()].sort((a, b) => b[2] - a[2]).map((row) => row.map(String)),
      ),
    ],
    ['docs/classification.md', 'rules', table(['rule', 'category', 'matches', 'example'], rows)],
    ['docs/event-formats.md', 'ocsf', mapping(ocsfMapping, 'ocsf')],
    ['docs/event-formats.md', 'ecs', mapping(ecsMapping, 'ecs')],
    ['docs/event-formats.md', 'example', [fence(JSON.parse(example.toString())), ...shown].join('\n\n')],
  ];
}

function replaced(text, marker, content, file) {
  const [start, end] = [`<!-- ${marker}:start -->`, `<!-- ${marker}:end -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} lacks the markers ${start} and ${end}`);
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
}

await ensureBuilt();
const isCheck = process.argv.includes('--check');
const texts = new Map();
for (const [file, marker, content] of await parts()) {
  const path = join(root, file);
  if (!existsSync(path)) throw new Error(`${file} does not exist`);
  texts.set(file, replaced(texts.get(file) ?? readFileSync(path, 'utf8'), marker, content, file));
}
for (const [file, text] of texts) {
  const path = join(root, file);
  const options = (await prettier.resolveConfig(path)) ?? {};
  const formatted = await prettier.format(text, { ...options, parser: 'markdown' });
  if (formatted === readFileSync(path, 'utf8')) continue;
  if (isCheck) {
    say(`${file} has drifted from the code; run \`npm run documents\``);
    process.exitCode = 1;
  } else {
    writeFileSync(path, formatted);
    say(`${file} written`);
  }
}
