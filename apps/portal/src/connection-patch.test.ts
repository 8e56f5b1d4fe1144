import { describe, expect, it } from '@jest/globals';
import { patchFor } from './connection-patch.js';
import { InvalidRequest } from './problems.js';

const current = {
  serviceAccountEmail: 'floodgate-push@acme-logs.iam.gserviceaccount.com',
  subscription: 'projects/acme-logs/subscriptions/floodgate-audit',
};

describe('patchFor', () => {
  it('passes on what has nothing to do with the identity', () => {
    expect(patchFor(current, { name: 'New', state: 'paused' })).toEqual({ name: 'New', state: 'paused' });
  });

  it('takes the pin away with a new account, unless a new pin is given', () => {
    const serviceAccountEmail = 'other-push@acme-logs.iam.gserviceaccount.com';
    expect(patchFor(current, { serviceAccountEmail })).toEqual({
      serviceAccountEmail,
      serviceAccountId: null,
    });
    const pinned = { serviceAccountEmail, serviceAccountId: '42' };
    expect(patchFor(current, pinned)).toEqual(pinned);
  });

  it('keeps the pin when the account is named again', () => {
    const again = { serviceAccountEmail: current.serviceAccountEmail };
    expect(patchFor(current, again)).toEqual(again);
  });

  it('refuses an account of another project, whichever of the two was changed', () => {
    const subscription = 'projects/other-logs/subscriptions/floodgate-audit';
    const serviceAccountEmail = 'floodgate-push@other-logs.iam.gserviceaccount.com';
    expect(() => patchFor(current, { subscription })).toThrow(InvalidRequest);
    expect(() => patchFor(current, { serviceAccountEmail })).toThrow(InvalidRequest);
    expect(patchFor(current, { subscription, serviceAccountEmail })).toMatchObject({ subscription });
  });

  it('is not fooled by a project whose name only ends alike', () => {
    const serviceAccountEmail = 'push-it@evil.acme-logs.iam.gserviceaccount.com';
    expect(() => patchFor(current, { serviceAccountEmail })).toThrow(InvalidRequest);
  });

  it('knows the accounts of a project that belongs to a domain', () => {
    const changes = {
      subscription: 'projects/example.com:acme-logs/subscriptions/floodgate-audit',
      serviceAccountEmail: 'floodgate-push@acme-logs.example.com.iam.gserviceaccount.com',
    };
    expect(patchFor(current, changes)).toMatchObject(changes);
  });
});
