import { isNameOfSecret, type Frame, type JsonString } from './json-frames.js';
import { decodeString } from './json-strings.js';
import { holdsSecret, isSecretValue, type SecretName } from './secret-values.js';
import type { Secret } from './secrets-in-text.js';

/** A search through one JSON text, and what it has found. */
export type Search = {
  text: string;
  level: number;
  secrets: Secret[];
  isOfSecretsApi?: boolean;
  isOfSecretManager?: boolean;
};

export function valueOf({ text }: Search, { start, end }: JsonString): string {
  return decodeString(text, start, end).value;
}

/** Makes a secret of the whole string, unless it is a name of one or a placeholder. */
export function hide(search: Search, string: JsonString, ruleId: string): void {
  if (isSecretValue(valueOf(search, string))) mark(search, string, ruleId);
}

export function hideNamed(search: Search, frame: Frame, string: JsonString, name: SecretName): boolean {
  const value = valueOf(search, string);
  const isSecret = holdsSecret(name, value) && !isNameOfSecret(frame, value);
  if (isSecret) mark(search, string, name.ruleId);
  return isSecret;
}

export function mark({ secrets }: Search, { start, end }: JsonString, ruleId: string): void {
  secrets.push({ start, end, ruleId });
}

const number = /[ \t\r\n]*:[ \t\r\n]*(-?\d[\d.eE+-]*)/y;

/** A marker is no number: it has to stand there as a string. */
export function hideNumber({ text, secrets }: Search, from: number, name: SecretName): void {
  number.lastIndex = from;
  const [, digits] = number.exec(text) ?? [];
  if (digits === undefined || !holdsSecret(name, digits)) return;
  const end = number.lastIndex;
  secrets.push({ start: end - digits.length, end, ruleId: name.ruleId, quote: '"' });
}
