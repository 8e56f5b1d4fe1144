import { classOf } from './preload.js';

type Report = { kind: string; owed?: number[] };

/** Preloaded to break a promise: when one record of a call is refused, all of them are sent again. */
const sink = await classOf<{
  prototype: { put(stream: string, records: readonly unknown[]): Promise<Report> };
}>('deliverer', 'firehose-sink', 'FirehoseSink');
if (sink) {
  const { put } = sink.prototype;
  sink.prototype.put = async function (stream, records) {
    const report = await put.call(this, stream, records);
    if (report.owed === undefined || report.owed.length === 0) return report;
    return { ...report, owed: records.map((_, position) => position) };
  };
}
