import { classOf } from './preload.js';

/** Preloaded to break a promise: every push is acknowledged before its batch is stored. */
const batches = await classOf<{ prototype: { add(event: unknown): Promise<void> } }>(
  'receiver',
  'received-batches',
  'ReceivedBatches',
);
if (batches) {
  const { add } = batches.prototype;
  batches.prototype.add = function (event) {
    add.call(this, event).catch(() => undefined);
    return Promise.resolve();
  };
}
