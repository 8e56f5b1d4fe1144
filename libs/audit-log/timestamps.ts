const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/**
 * An RFC 3339 time in milliseconds since 1970, finer digits cut off; nothing for any other text, of which
 * Date reads much. Google smears leap seconds, so that there is none to read.
 */
export function rfc3339Ms(text: string): number | undefined {
  if (!form.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
