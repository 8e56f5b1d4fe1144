import type { ActionCategory } from './classification-rules.js';
import { byStatement } from './sql-statement.js';
import { field, fields, text, type Fields } from './values.js';

const byType: ReadonlyMap<string, ActionCategory> = new Map([
  ['QUERY', 'access'],
  ['EXTRACT', 'access'],
  ['EXPORT', 'access'],
  ['LOAD', 'modify'],
  ['IMPORT', 'modify'],
  ['COPY', 'modify'],
  ['TABLECOPY', 'modify'],
]);

/** What a BigQuery job does, by its configuration in the new or the old form; a job without one reads. */
export function bigQueryAction(payload: Fields): ActionCategory {
  const metadata = field(payload, 'metadata');
  const inserted = field(metadata, 'jobInsertion') ?? field(metadata, 'jobChange');
  const config = field(field(inserted, 'job'), 'jobConfig');
  const statement = text(field(config, 'queryConfig')?.['statementType']);
  if (statement !== undefined) return byStatement(statement);
  const type = text(config?.['type']);
  return type === undefined ? oldFormAction(field(payload, 'serviceData')) : (byType.get(type) ?? 'access');
}

/** The old form has a member for each request, response and event: what BigQuery answers tells the statement. */
function oldFormAction(data: Fields | undefined): ActionCategory {
  const configurations = Object.values(data ?? {}).map((value) => {
    const message = fields(value);
    return field(field(message, 'job') ?? field(message, 'resource'), 'jobConfiguration');
  });
  for (const configuration of configurations) {
    const statement = text(field(configuration, 'query')?.['statementType']);
    if (statement !== undefined) return byStatement(statement);
  }
  const statement = statementIn(text(field(data, 'jobQueryRequest')?.['query']));
  if (statement !== undefined) return byStatement(statement);
  const kinds = configurations.flatMap((configuration) => Object.keys(configuration ?? {}));
  const kind = kinds.map((key) => key.toUpperCase()).find((key) => byType.has(key));
  return byType.get(kind ?? '') ?? 'access';
}

const changing =
  /^\s*(?:CREATE|DROP|ALTER|INSERT|UPDATE|DELETE|MERGE|TRUNCATE|GRANT|REVOKE|EXPORT)(?:\s+[A-Z]+){0,7}/i;

/** The statement's first words as a statementType, where a request for a query is all there is. */
function statementIn(query: string | undefined): string | undefined {
  return query === undefined
    ? undefined
    : changing.exec(query)?.[0].trim().replaceAll(/\s+/g, '_').toUpperCase();
}
