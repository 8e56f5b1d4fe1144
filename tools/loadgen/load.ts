import { setTimeout as delay } from 'node:timers/promises';
import { LoadConnection } from './connection.js';
import { Measurement } from './measurement.js';
import { loadOptions, type LoadOptions, type LoadResult } from './options.js';
import { closedLoop, openLoop } from './pacing.js';
import { requestSource } from './request-source.js';

/** What is unanswered or overdue at the end gets this long. */
const drainMs = 5000;
const tickMs = 1;

/** Pushes messages at a receiver as Pub/Sub does, and measures its answers. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const {
    url,
    connections: count,
    durationMs,
    warmUpMs,
    ratePerSecond,
    ...rest
  } = loadOptions.parse(options);
  const receivers = [url].flat().map((one) => new URL(one));
  const source = requestSource({ targets: rest.targets, host: receivers[0]?.host ?? '', seed: rest.seed });

  const measurement = new Measurement();
  let pace = closedLoop(0);
  let outstanding = 0;
  const exchange = {
    next: () => {
      const intendedMs = pace.next(performance.now());
      if (intendedMs === undefined) return undefined;
      measurement.sent++;
      outstanding++;
      return { intendedMs, write: source.next };
    },
    answered: (status: number, intendedMs: number) => {
      outstanding--;
      measurement.answered(status, intendedMs, performance.now());
    },
    lost: (requests: number) => {
      outstanding -= requests;
    },
  };
  const limits = { pipeline: rest.pipeline, maxRequestBytes: source.maxBytes };
  const pool = Array.from({ length: count }, (_, index) => {
    const { hostname = '', port = '' } = receivers[index % receivers.length] ?? {};
    const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port === '' ? 80 : port) };
    return new LoadConnection(address, exchange, limits);
  });
  const sendAll = () => pool.forEach((connection) => connection.send());
  let ticking: NodeJS.Timeout | undefined;
  try {
    await Promise.all(pool.map((connection) => connection.open()));
    const startMs = performance.now();
    const endMs = startMs + warmUpMs + durationMs;
    pace = ratePerSecond === undefined ? closedLoop(endMs) : openLoop(startMs, endMs, ratePerSecond);
    measurement.window(startMs + warmUpMs, endMs);
    sendAll();
    if (ratePerSecond !== undefined) ticking = setInterval(sendAll, tickMs);
    await delay(warmUpMs);
    measurement.begin();
    await delay(Math.max(0, endMs - performance.now()));
    measurement.end();
    for (let nowMs = performance.now(); nowMs < endMs + drainMs; nowMs = performance.now()) {
      // A timer may fire a little early: the last request may not even have been due by then.
      if (nowMs >= endMs && outstanding === 0 && pace.due(nowMs) === 0) break;
      await delay(5);
    }
  } finally {
    clearInterval(ticking);
    pool.forEach((connection) => connection.stop());
  }
  const giveUpMs = performance.now();
  for (let late = pace.next(giveUpMs); late !== undefined; late = pace.next(giveUpMs)) {
    measurement.neverSent(late, giveUpMs);
  }
  return measurement.result();
}
