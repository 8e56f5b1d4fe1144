import { field, list, type Fields } from './values.js';

/** One detail of a Workspace event: it has `name`, and `value`, `multiStrValue` or `boolValue`. */
type WorkspaceParameter = Fields;

/** More than any event has. */
const maxItems = 50;

/** The details of Workspace events, which Google writes as lists of lists. */
export function workspaceParameters(payload: Fields | undefined): WorkspaceParameter[] {
  const parameters: WorkspaceParameter[] = [];
  for (const event of list(field(payload, 'metadata')?.['event']).slice(0, maxItems))
    parameters.push(...list(event['parameter']).slice(0, maxItems));
  return parameters;
}
