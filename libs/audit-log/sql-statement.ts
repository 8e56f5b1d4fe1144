import type { ActionCategory } from './classification-rules.js';
import { field, text, type Fields } from './values.js';

/** A query by its statement, in the words of BigQuery's statementType. */
export function byStatement(statement: string): ActionCategory {
  // Before their verbs: whoever sees a row is decided by such a policy.
  if (/^(?:CREATE|DROP)_(?:\w*_)?ROW_ACCESS_POLIC|^(?:GRANT|REVOKE)/.test(statement))
    return 'permission-change';
  if (/^(?:SELECT|EXPORT|SCRIPT|ASSERT|EXPLAIN)/.test(statement)) return 'access';
  if (/^(?:CREATE|CLONE)/.test(statement)) return 'create';
  if (/^(?:DROP|TRUNCATE|DELETE)/.test(statement)) return 'delete';
  return 'modify';
}

const changing = /^(?:CREATE|DROP|ALTER|INSERT|UPDATE|DELETE|MERGE|TRUNCATE|GRANT|REVOKE)/;

/** What a statement does that a database of Cloud SQL logged: PostgreSQL names its class, too. */
export function databaseAction(payload: Fields): ActionCategory | undefined {
  const request = field(payload, 'request');
  const command = text(request?.['command']) ?? text(request?.['cmd']);
  if (command === undefined) return undefined;
  if (request?.['auditClass'] === 'ROLE') return 'permission-change';
  const statement = command.toUpperCase().replaceAll(' ', '_');
  return changing.test(statement) ? byStatement(statement) : 'access';
}
