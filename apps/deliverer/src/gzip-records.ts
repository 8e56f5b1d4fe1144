import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { maxRecordBytes } from '#contracts';
import { halve, type FirehoseRecord } from './pack-records.js';

const compress = promisify(gzip);
const options = { level: constants.Z_BEST_SPEED };

/**
 * Makes each record one gzip member: members one after another are gzip again, so Firehose need not know.
 * A record that is too large even so is halved; a single line that is stays so, and Firehose refuses it.
 */
export async function gzipRecords(records: readonly FirehoseRecord[]): Promise<FirehoseRecord[]> {
  return (await Promise.all(records.map(gzipRecord))).flat();
}

async function gzipRecord(record: FirehoseRecord): Promise<FirehoseRecord[]> {
  const data = await compress(Buffer.concat(record.slices.map(({ bytes }) => bytes)), options);
  const halves = data.length > maxRecordBytes ? halve(record) : undefined;
  return halves ? gzipRecords(halves) : [{ ...record, data, bytes: data.length }];
}
