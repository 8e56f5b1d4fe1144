import { nameRules } from './name-rules.js';

/** A name under which a secret stands. */
export type SecretName = {
  ruleId: string;
  value: RegExp | undefined;
  isMadeUp: boolean;
  /** Of several, a number says how many there are. */
  isPlural: boolean;
};

/** No name of a secret is longer. */
export const maxNameLength = 200;

/** What a name says of what stands under it; nothing for names of no secrets. */
export function secretNameOf(name: string): SecretName | undefined {
  if (name.length > maxNameLength || name.includes('REDACTED-')) return undefined;
  const rule = nameRules.find((one) => one.name.test(name) && one.unless?.test(name) !== true);
  if (!rule) return undefined;
  return {
    ruleId: rule.id,
    value: rule.value,
    isMadeUp: rule.isMadeUp === true,
    isPlural: /[^s]s\d*$/i.test(name),
  };
}

/** Values that stand for a secret, or for none: names of resources, references to variables, markers. */
const harmless =
  /^(?:|REDACTED-[a-z-]+|true|false|null|none|\*+|<[^<>]*>|\$\{[^{}]*\}|\$\([^()]*\)|\{\{[^{}]*\}\}|(?:\/\/[\w.-]+\/)?(?:projects|folders|organizations)\/[^/ ]+\/[^ ]*)$/i;

/** Whether there is anything to hide in what has the form of a secret. */
export function isSecretValue(value: string): boolean {
  return !harmless.test(value);
}

/** Answers to a question, and the effects of a Kubernetes taint. */
const answer = /^(?:yes|no|on|off|enabled|disabled|(?:Prefer)?NoSchedule|NoExecute)$/i;
/** A constant of an API. Keys in capitals and digits of base32 are longer, or have a digit. */
const constant = /^[A-Z]{2,15}(?:_[A-Z]{1,15}){0,5}$/;

/** Whether there is anything to hide in what stands under the name of a secret. */
export function holdsSecret({ value: form, isMadeUp, isPlural }: SecretName, value: string): boolean {
  if (!isSecretValue(value) || answer.test(value)) return false;
  if (isPlural && /^\d{1,15}$/.test(value)) return false;
  return (isMadeUp || !constant.test(value)) && form?.test(value) !== false;
}

/** Whether a number under the name is a secret: others' are counted or stand for something else. */
export function holdsNumber({ ruleId, isPlural }: SecretName): boolean {
  return (ruleId === 'password' || ruleId === 'pin') && !isPlural;
}
