import { secretsUnderNames } from './assigned-secrets.js';
import { formRules, type FormRule } from './form-rules.js';
import { hintLength, hintsIn } from './secret-hints.js';
import { isSecretValue } from './secret-values.js';

/** A secret's place in the text that was searched; `end` is where the text goes on. */
export type Secret = {
  start: number;
  end: number;
  ruleId: string;
  /** What JSON wants around the marker in the place of a number. */
  quote?: string;
};

const formsByHint = new Map<string, FormRule[]>();
for (const rule of formRules) {
  for (const hint of rule.hints) {
    const first = hint.slice(0, hintLength);
    formsByHint.set(first, [...(formsByHint.get(first) ?? []), rule]);
  }
}

/** The secrets in a text of any kind: prose, a script, a manifest, a command line, an address. */
export function secretsInText(text: string): Secret[] {
  // Some hints are of a word's beginning or end, and the quotes of a string are such.
  const quoted = `"${text}"`;
  const hints = hintsIn(Buffer.from(quoted, 'latin1'));
  if (!hints) return [];
  const forms = new Set<FormRule>();
  for (const hint of hints) {
    const known = formsByHint.get(quoted.slice(hint, hint + hintLength).toLowerCase());
    for (const rule of known ?? []) forms.add(rule);
  }
  // The first rule names what several would hide.
  const inOrder = forms.size > 1 ? formRules.filter((rule) => forms.has(rule)) : [...forms];
  return [secretsUnderNames(text, hints), ...inOrder.map((rule) => secretsOfForm(rule, text))].flat();
}

function secretsOfForm(rule: FormRule, text: string): Secret[] {
  const secrets: Secret[] = [];
  const { form } = rule;
  form.lastIndex = 0;
  let last = 0;
  for (let match = form.exec(text); match; match = form.exec(text)) {
    const secret = match[1] ?? match[0];
    let end = form.lastIndex;
    let start = end - secret.length;
    if (rule.until) end = endOf(rule.until, text, end);
    while (rule.before && start > last && rule.before.test(text.charAt(start - 1))) start--;
    while (rule.after && end < text.length && rule.after.test(text.charAt(end))) end++;
    form.lastIndex = last = end;
    if (isSecretValue(secret) && rule.accepts?.(secret) !== false)
      secrets.push({ start, end, ruleId: rule.id });
  }
  return secrets;
}

function endOf(until: RegExp, text: string, from: number): number {
  until.lastIndex = from;
  return until.test(text) ? until.lastIndex : text.length;
}
