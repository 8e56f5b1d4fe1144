import { setTimeout as wait } from 'node:timers/promises';
import { mastersOf } from '#redis';
import type { Arena } from './arena.js';
import { badTokens } from './bad-tokens.js';
import { malformed } from './malformed.js';
import { preloaded } from './preload.js';
import { row, type Row } from './row.js';

export const malformedMessages = row(14, 'malformed messages', async (arena) => {
  await arena.underLoad(1_000, () => {
    for (const connection of arena.connections) {
      for (const data of malformed()) arena.oracle.publish(connection, data);
    }
    return Promise.resolve();
  });
});

const repeated = 300;
const copies = 9;
const hourMs = 3_600_000;

export const duplicates = row(15, 'duplicates tenfold, one 30 hours late', async (arena) => {
  await arena.underLoad(3_000, async () => {
    for (let n = 0; n < repeated; n += 1) {
      const connection = arena.random.pick(arena.connections);
      arena.oracle.publish(connection, Buffer.from(`{"insertId":"ten-${String(n)}"}`), {
        duplicates: copies,
      });
      if (n % 50 === 0) await wait(100);
    }
  });
  await redeliveredLate(arena);
  await arena.until(async () => (await suppressed(arena)) >= repeated * copies, 'every duplicate is counted');
  arena.notes.push(`${String(await suppressed(arena))} duplicates were suppressed`);
});

/** Published 30 hours ago, delivered, and delivered again after the window: at least once, never not at all. */
async function redeliveredLate(arena: Arena): Promise<void> {
  const { platform, oracle, victim } = arena;
  const publishTime = new Date(Date.now() - 30 * hourMs).toISOString();
  const data = Buffer.from('{"insertId":"late"}');
  const messageId = oracle.publish(victim, data, { publishTime });
  await platform.google.drained();
  await arena.until(async () => (await arena.queuedBytes()) === 0, 'it is marked as seen');
  // What the window's end does: everything of it expires.
  for (const master of await mastersOf(platform.control)) {
    for (const key of await master.keys('{seen-*')) await master.del(key);
  }
  platform.google.publish(victim.subscription, data, { publishTime, messageId });
}

async function suppressed({ platform }: Arena): Promise<number> {
  const books = await platform.books();
  return books.reduce((sum, { duplicate }) => sum + duplicate, 0);
}

export const clockOff: Row = {
  number: 16,
  title: "an app's clock an hour off, bad tokens, key server away",
  stage: (_folder, random) => {
    const app = random.pick(['enricher', 'deliverer', 'monitor'] as const);
    const offMs = random.chance(0.5) ? hourMs : -hourMs;
    const environment = { ...preloaded('skewed-clock'), CLOCK_OFF_APP: app, CLOCK_OFF_MS: String(offMs) };
    return {
      options: { environment },
      async run(arena) {
        arena.notes.push(`the ${app}'s clock was ${String(offMs / 60_000)} minutes off`);
        const { identity } = arena.platform.google;
        await arena.underLoad(3_000, async () => {
          identity.available = false;
          for (const [what, status] of await badTokens(arena.platform))
            arena.expect(status === 401 || status === 403, `${what} was answered ${String(status)}`);
          const flowed = await arena.acknowledgedDuring(() => wait(3_000));
          arena.expect(flowed > 0, 'valid pushes were refused while the key server was away');
          identity.available = true;
        });
      },
    };
  },
};

const faultMs = 2_000;

export const connectionChanges = row(
  17,
  'connection paused, deleted, rotated; stream gone, credentials revoked',
  async (arena) => {
    const { platform } = arena;
    const doomed = await platform.connect('doomed');
    await arena.underLoad(2_000, async () => {
      await pausedAndBack(arena);
      await rotated(arena);
      await deletedAndBack(arena, doomed);
      const [stream = ''] = platform.aws.streams;
      await platform.aws.removeStream(stream);
      await wait(faultMs);
      await platform.aws.addStream(stream);
      platform.aws.firehose.setFaults({ denied: {} });
      await wait(faultMs);
      platform.aws.firehose.setFaults({});
    });
  },
);

async function pausedAndBack(arena: Arena): Promise<void> {
  const { platform, victim } = arena;
  await platform.edit(victim.id, { state: 'paused' });
  await wait(faultMs);
  await platform.edit(victim.id, { state: 'active' });
  arena.expect((arena.answers().refused['429'] ?? 0) > 0, 'no push was held while it was paused');
}

/** Google signs as another account first; until Floodgate knows of it, its pushes are refused and kept. */
async function rotated(arena: Arena): Promise<void> {
  const { platform, connections } = arena;
  const [, connection = arena.victim] = connections;
  const serviceAccountEmail = `rotated@${connection.serviceAccountEmail.split('@')[1] ?? ''}`;
  platform.google.modifyPushConfig(connection.subscription, { serviceAccountEmail, serviceAccountId: '42' });
  await wait(faultMs);
  arena.expect((arena.answers().refused['403'] ?? 0) > 0, 'an unknown account was not refused');
  await platform.edit(connection.id, { serviceAccountEmail });
}

/** What was taken is delivered; the rest stays at Google until the tenant is connected anew. */
async function deletedAndBack({ platform, oracle, ...arena }: Arena, doomed: Arena['victim']): Promise<void> {
  await oracle.publishFor(500, [doomed], 200);
  await platform.disconnect(doomed.id);
  await oracle.publishFor(500, [doomed], 200);
  await wait(faultMs);
  const held = platform.google.stats().find(({ name }) => name === doomed.subscription)?.undelivered ?? 0;
  if (held === 0) arena.problems.push('pushes for a deleted connection were acknowledged');
  await platform.connect('doomed');
}
