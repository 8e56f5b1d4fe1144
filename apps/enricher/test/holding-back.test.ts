import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EnricherStage, eventually } from './enricher-stage.js';

describe('the enricher, while the deliverer is far behind', () => {
  let stage: EnricherStage;

  beforeAll(async () => {
    stage = await EnricherStage.start();
    await Promise.all([stage.stopNext(), stage.enricher?.close()]);
    await stage.startEnricher({ PARTITIONED_MAX_BYTES: '4000' });
  });
  afterAll(async () => {
    await stage.stop();
  });

  /** A batch that does not get much smaller. */
  const batch = () =>
    stage.seal([{ tenant: 'acme', data: `{"noise":"${randomBytes(6_000).toString('hex')}"}` }]);

  it('takes no more until enough has gone, and then goes on', async () => {
    await stage.publish(await batch());
    await eventually('it holds', async () => (await stage.count('held')) === 1);
    expect(await stage.depth('partitioned')).toMatchObject({ waiting: 1 });
    await stage.publish(await batch(), await batch(), await batch());
    // A worker that was waiting for a job still takes that one.
    await eventually('it has done that one', async () => (await stage.depth('partitioned')).waiting === 2);
    await eventually('none is in work', async () => (await stage.depth('received')).active === 0);
    expect(await stage.depth('received')).toMatchObject({ waiting: 2 });
    await stage.startNext();
    await stage.idle();
    expect(stage.handedOn).toHaveLength(4);
    await eventually('it holds no more', async () => (await stage.count('held')) === 0);
  });

  it('closes though it holds', async () => {
    await stage.stopNext();
    await stage.publish(await batch());
    await eventually('it holds', async () => (await stage.count('held')) === 1);
    await stage.enricher?.close();
    await stage.startEnricher();
    await stage.startNext();
    await stage.idle();
    expect(stage.handedOn).toHaveLength(5);
  });
});
