import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** The public schemas of OCSF, which stand beside the repository where they are checked against. */
const folder = '../shared/ocsf/1.8.0';
export const hasSchemas = existsSync(folder);

export type Json = Record<string, unknown>;
type Schema = {
  $ref?: string;
  $comment?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  $defs?: Record<string, Schema>;
};

const files: Readonly<Record<number, string>> = { 6003: 'api_activity', 3002: 'authentication' };
const validators = new Map<number, ValidateFunction>();

/** Compiling takes a second, so that it is done once, and only for the classes that are met. */
function validatorOf(classUid: unknown): ValidateFunction | undefined {
  if (typeof classUid !== 'number' || files[classUid] === undefined) return undefined;
  let validate = validators.get(classUid);
  if (validate === undefined) {
    const schema = readFileSync(`${folder}/${files[classUid]}.schema.json`, 'utf8');
    validate = new Ajv2020().compile(JSON.parse(schema) as Schema);
    validators.set(classUid, validate);
  }
  return validate;
}

/** What is wrong with a line: by its schema, or because a caption at any depth is not its number's. */
export function ocsfProblems(line: Json): string[] {
  const validate = validatorOf(line['class_uid']);
  if (validate === undefined) return [`class_uid ${String(line['class_uid'])}`];
  const errors = validate(line) ? [] : (validate.errors ?? []);
  const schema = validate.schema as Schema;
  return [
    ...errors.map(({ instancePath, message }) => `${instancePath} ${String(message)}`),
    ...captionProblems(line, schema, schema, ''),
  ];
}

function* captionProblems(value: unknown, of: Schema, root: Schema, path: string): Generator<string> {
  const schema = of.$ref === undefined ? of : (root.$defs?.[of.$ref.slice('#/$defs/'.length)] ?? {});
  if (Array.isArray(value) && schema.items !== undefined)
    for (const item of value) yield* captionProblems(item, schema.items, root, `${path}[]`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [name, child] of Object.entries(value)) {
    const property = schema.properties?.[name];
    if (property === undefined) continue;
    yield* captionProblems(child, property, root, `${path}.${name}`);
    const sibling = captionName(name, schema);
    if (sibling !== undefined && !isCaption((value as Json)[sibling], child, property))
      yield `${path}.${sibling} ${String((value as Json)[sibling])} is not the caption of ${String(child)}`;
  }
}

/** `activity_id` goes with `activity_name`, `status_id` with `status`. */
function captionName(name: string, { properties }: Schema): string | undefined {
  const stem = /^(.*)_u?id$/.exec(name)?.[1];
  if (stem === undefined || properties?.[name]?.$comment === undefined) return undefined;
  return [`${stem}_name`, stem].find((one) => properties[one] !== undefined);
}

/** Where nothing fits, the caption is the source's own word; only a type's name is made of both. */
function isCaption(caption: unknown, id: unknown, { $comment = '' }: Schema): boolean {
  if (id === 99) return typeof caption === 'string' && caption !== '';
  return $comment.split('; ').includes(`${String(id)} ${String(caption)}`);
}
