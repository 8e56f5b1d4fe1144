import type { ActionCategory } from './classification-rules.js';
import { field, text, type Fields } from './values.js';

/** A query by its statement, in the words of BigQuery's statementType. */
function byStatement(statement: string): ActionCategory {
  if (/^(?:SELECT|EXPORT|SCRIPT|ASSERT|EXPLAIN)/.test(statement)) return 'access';
  if (/^(?:CREATE|CLONE)/.test(statement)) return 'create';
  if (/^(?:DROP|TRUNCATE|DELETE)/.test(statement)) return 'delete';
  if (/^(?:GRANT|REVOKE)/.test(statement) || /ROW_ACCESS_POLICY/.test(statement)) return 'permission-change';
  return 'modify';
}

const byType: Readonly<Record<string, ActionCategory>> = {
  QUERY: 'access',
  EXTRACT: 'access',
  EXPORT: 'access',
  LOAD: 'modify',
  IMPORT: 'modify',
  COPY: 'modify',
  TABLECOPY: 'modify',
};

/** What a BigQuery job does, by its configuration in the new or the old form; a job without one reads. */
export function bigQueryAction(payload: Fields): ActionCategory {
  const metadata = field(payload, 'metadata');
  const inserted = field(metadata, 'jobInsertion') ?? field(metadata, 'jobChange');
  const config = field(field(inserted, 'job'), 'jobConfig');
  const type = text(config?.['type']) ?? '';
  const statement = text(field(config, 'queryConfig')?.['statementType']);
  if (statement !== undefined) return byStatement(statement);
  if (type !== '') return byType[type] ?? 'access';

  const data = field(payload, 'serviceData');
  const old =
    field(field(field(data, 'jobInsertRequest'), 'resource'), 'jobConfiguration') ??
    field(field(field(data, 'jobCompletedEvent'), 'job'), 'jobConfiguration');
  const oldStatement = text(field(old, 'query')?.['statementType']);
  if (oldStatement !== undefined) return byStatement(oldStatement);
  const kind = Object.keys(old ?? {}).find((key) => key.toUpperCase() in byType);
  return byType[kind?.toUpperCase() ?? ''] ?? 'access';
}
