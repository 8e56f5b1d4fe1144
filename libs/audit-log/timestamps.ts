const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/**
 * An RFC 3339 time in milliseconds since 1970, finer digits cut off; nothing for any other text, of which
 * Date reads much. Google smears leap seconds, so that there is none to read.
 */
export function rfc3339Ms(text: string): number | undefined {
  const minute = text.slice(0, 'yyyy-MM-ddTHH:mm'.length);
  const ms = minute === lastMinute ? withinMinute(text) : -1;
  if (ms >= 0) return lastMinuteMs + ms;
  if (!form.test(text)) return undefined;
  const whole = Date.parse(text);
  if (Number.isNaN(whole)) return undefined;
  if (text.endsWith('Z')) [lastMinute, lastMinuteMs] = [minute, Math.floor(whole / 60_000) * 60_000];
  return whole;
}

/** Times come in order for the most part, and Date takes six times as long to read one as to add to another. */
let [lastMinute, lastMinuteMs] = ['', 0];

/** Of `yyyy-MM-ddTHH:mm:ssZ`, with a fraction or without, the milliseconds since the minute; -1 of another text. */
function withinMinute(text: string): number {
  const end = text.length - 1;
  const tens = digitAt(text, 17);
  const ones = digitAt(text, 18);
  if (end < 19 || text[16] !== ':' || text[end] !== 'Z' || tens < 0 || tens > 5 || ones < 0) return -1;
  const seconds = tens * 10 + ones;
  if (end === 19) return seconds * 1_000;
  if (text[19] !== '.' || end === 20) return -1;
  let ms = 0;
  for (let at = 20; at < Math.max(end, 23); at += 1) {
    const digit = at < end ? digitAt(text, at) : 0;
    if (digit < 0) return -1;
    if (at < 23) ms = ms * 10 + digit;
  }
  return seconds * 1_000 + ms;
}

function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 0x30;
  return digit >= 0 && digit <= 9 ? digit : -1;
}
