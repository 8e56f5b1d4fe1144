import type { LogEntry } from './entry.js';
import { field, text, type Fields } from './values.js';
import { workspaceParameters } from './workspace-event.js';

/** OCSF's kinds of factors, for those of Google's words that leave no doubt. */
const factors: Readonly<Record<string, [id: number, caption: string]>> = {
  password: [11, 'Password'],
  security_key: [9, 'U2F'],
  passkey: [10, 'WebAuthn'],
  google_prompt: [5, 'Push Notification'],
  google_authenticator: [7, 'OTP'],
  security_key_otp: [7, 'OTP'],
  idv_preregistered_email: [8, 'Email'],
  idv_any_email: [8, 'Email'],
};
const maxFactors = 20;

/** How somebody logged in, as a Workspace login or a token exchange tells. */
export function loginOf(entry: LogEntry, method: string | undefined): object {
  const payload = field(entry, 'protoPayload');
  const parameters = workspaceParameters(payload);
  const methods = challengeMethods(parameters);
  return {
    ...protocolOf(parameters, method),
    auth_factors: methods.length === 0 ? undefined : methods.map(factorOf),
    is_mfa: methods.length === 0 ? undefined : methods.length > 1,
  };
}

function protocolOf(parameters: readonly Fields[], method: string | undefined): object | undefined {
  if (parameters.some(({ name, value }) => name === 'login_type' && value === 'saml'))
    return { auth_protocol_id: 5, auth_protocol: 'SAML' };
  // RFC 8693 makes a token exchange a grant of OAuth 2.0.
  return method !== undefined && /exchange\w*token$/i.test(method)
    ? { auth_protocol_id: 6, auth_protocol: 'OAUTH 2.0' }
    : undefined;
}

/** Each once, though somebody may have had to repeat them. */
function challengeMethods(parameters: readonly Fields[]): string[] {
  const found = new Set<string>();
  for (const parameter of parameters) {
    if (parameter['name'] !== 'login_challenge_method') continue;
    const several = parameter['multiStrValue'];
    for (const value of Array.isArray(several) ? (several as unknown[]) : [parameter['value']]) {
      const method = text(value);
      if (method !== undefined && found.size < maxFactors) found.add(method);
    }
  }
  return [...found];
}

function factorOf(method: string): object {
  const [id, caption] = (Object.hasOwn(factors, method) ? factors[method] : undefined) ?? [99, method];
  return { factor_type_id: id, factor_type: caption };
}

/** Whether Google thought a login suspicious; nothing when it does not say. */
export function isSuspicious(entry: LogEntry): boolean | undefined {
  const parameters = workspaceParameters(field(entry, 'protoPayload'));
  const value = parameters.find(({ name }) => name === 'is_suspicious')?.['boolValue'];
  return typeof value === 'boolean' ? value : undefined;
}
