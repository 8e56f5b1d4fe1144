import type { SecretName } from './secret-values.js';

/** Secrets that only the structure around them tells. */
export const structureRules = {
  kubernetes: 'kubernetes-secret',
  secretManager: 'secret-payload',
  jsonWebKey: 'json-web-key',
  registry: 'registry-credentials',
} as const;

/** What stands between two quotes. Without a hint only what is around it can make it a secret. */
export type JsonString = { start: number; end: number; isHinted: boolean };

/** An object or array that is being read. */
export type Frame = {
  isObject: boolean;
  expectsKey: boolean;
  /** The member that it stands in, and the one that is being read; those of an array are one and the same. */
  under: string;
  key: string;
  /** Makes secrets of the strings in the current member, or in the array. */
  name: SecretName | undefined;
  /** Makes secrets of `value` and the like in an object that stands under the name of a secret. */
  wrapped: SecretName | undefined;
  /** What a name makes of the `value` beside it, or a flag of the string after it. */
  valueName: SecretName | undefined;
  isSelector: boolean;
  isJsonWebKey: boolean;
  isKubernetesSecret: boolean;
  /** An object of the `auths` by which Docker logs in. */
  isOfRegistry: boolean;
  /** Strings that a sibling decides on, which may come after them. */
  values: JsonString[] | undefined;
  keyParts: JsonString[] | undefined;
  data: JsonString[] | undefined;
  /** The object in whose data it stands. */
  dataOf: Frame | undefined;
};

export function frameIn(outer: Frame | undefined, isObject: boolean): Frame {
  const isData = outer?.isObject === true && (outer.key === 'data' || outer.key === 'stringData');
  const under = outer?.key ?? '';
  return {
    isObject,
    expectsKey: isObject,
    under,
    key: isObject ? '' : under,
    name: isObject ? undefined : outer?.name,
    wrapped: isObject ? outer?.name : undefined,
    valueName: undefined,
    isSelector: false,
    isJsonWebKey: false,
    isKubernetesSecret: false,
    isOfRegistry: isObject && outer?.under === 'auths',
    values: undefined,
    keyParts: undefined,
    data: undefined,
    dataOf: isData ? outer : outer?.dataOf,
  };
}

/** Members in which an object holds what it is called after, as `password` does in `{"value":"x"}`. */
export const wrappers: ReadonlySet<string> = new Set(
  'value content contents data string stringValue string_value raw'.split(' '),
);

const reference = /^secret$|(?:Ref(?:erence)?|Volume|Variable|Source|Selector)s?$/i;
const resourceName = /^[a-z][\w.-]{0,254}$/i;
const words = /^[a-z]+(?:[-_./][a-z\d]+)*$/;

/** `secret` in what refers to one holds its name, and so does a list of `secrets`, unless no name looks like it. */
export function isNameOfSecret({ isObject, key, under }: Frame, value: string): boolean {
  if (!isObject) return key === 'secrets' && words.test(value);
  return key === 'secret' && reference.test(under) && resourceName.test(value);
}
