import { DuplicateFilter } from '#dedupe';

/** Preloaded to break a promise: messages are marked as seen before they are handed on. */
const { claim } = DuplicateFilter.prototype;
DuplicateFilter.prototype.claim = async function (batchId, keys) {
  const repeated = await claim.call(this, batchId, keys);
  if (typeof repeated !== 'string') await this.mark(batchId, keys);
  return repeated;
};
