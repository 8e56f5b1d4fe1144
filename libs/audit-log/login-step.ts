/** What an action of the category `login` is: the beginning of a session, its end, or anything else about logins. */
export type LoginStep = 'logon' | 'logoff' | 'other';

// Somebody is asked for more, warned of, or has not finished yet; the login itself is told of beside it.
const aside = /challenge|verification|suspicious|risky|warning|^start_?mfa/i;
const logon = /(?:log|sign)_?(?:in|on)|authenticate|authorize_?user|start_?session|exchange\w*token/i;

/** By the method's own word; both schemas go by this. */
export function loginStepOf(method: string | undefined): LoginStep {
  const word = method === undefined ? '' : method.slice(method.lastIndexOf('.') + 1);
  if (/(?:log(?:ged)?|sign(?:ed)?)_?(?:out|off)/i.test(word)) return 'logoff';
  return !aside.test(word) && logon.test(word) ? 'logon' : 'other';
}
