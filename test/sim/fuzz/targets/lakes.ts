import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LittoralError } from '../../../../engine/error';
import type { Schema } from '../../../../engine/schema/schema';
import { checkLake } from '../../../../edge/host/lake/check-lake';
import { SHA256_TAG } from '../../../../engine/lake/delta-text';
import { readDataFile } from '../../../../edge/sink/lake/data-file';
import type { LakeStorage } from '../../../../edge/sink/lake/storage';
import { batchOf } from '../lake-sample';
import type { FuzzTarget } from '../target';

/** A lake of one table with one version; `name` is the data file, whose name holds the hash of its bytes. */
interface Sample {
  readonly dir: string;
  readonly table: string;
  readonly log: string;
  readonly file: string;
  readonly bytes: Uint8Array;
}

function makeSample(folder: string): Sample {
  const table = join(folder, 'lake', 'readings');
  const log = join(table, '_delta_log', '00000000000000000000.json');
  const bytes = batchOf(200);
  const file = fileName(bytes);
  mkdirSync(join(table, '_delta_log'), { recursive: true });
  writeFileSync(join(table, file), bytes);
  writeFileSync(log, logText(file, bytes.length));
  return { dir: join(folder, 'lake'), table, log, file, bytes };
}

function fileName(bytes: Uint8Array): string {
  return `r=1-s=0-e=0000000001-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.parquet`;
}

function logText(path: string, size: number): string {
  const schemaString = JSON.stringify({ type: 'struct', fields: [{ name: 'n', type: 'long', nullable: true, metadata: {} }, { name: 'value', type: 'double', nullable: true, metadata: {} }] });
  const actions = [
    { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
    { metaData: { id: 'a', format: { provider: 'parquet', options: {} }, schemaString, partitionColumns: [], configuration: {}, createdTime: 1 } },
    { txn: { appId: 'p/shard0', version: 1, lastUpdated: 1 } },
    { add: { path, partitionValues: {}, size, modificationTime: 1, dataChange: true, stats: JSON.stringify({ numRecords: 200 }) } }
  ];
  return actions.map(action => `${JSON.stringify(action)}\n`).join('');
}

async function check(dir: string): Promise<string> {
  try {
    const { findings } = await checkLake(dir, () => undefined);
    return [...new Set(findings.map(({ code }) => code))].sort().join(' ') || 'clean';
  } catch (error) {
    if (error instanceof LittoralError) return error.code;
    throw error;
  }
}

/** Logs of a Delta table through `littoral lake check`. */
export function deltaLog(folder: string): FuzzTarget {
  const sample = makeSample(folder);
  return {
    seeds: [readFileSync(sample.log)],
    words: ['{', '}', '\n', '"add":{', '"remove":{"path":"', 'null', '1e999', '..%2f..%2f', '"__proto__":1,'].map(word => Buffer.from(word)),
    take(input) {
      writeFileSync(sample.log, input);
      return check(sample.dir);
    }
  };
}

/** Parquet files whose name holds the right hash, so that nothing stands before the reader, through `littoral lake check`. */
export function parquet(folder: string): FuzzTarget {
  const sample = makeSample(folder);
  let present = sample.file;
  return {
    seeds: [sample.bytes],
    words: [Buffer.from('PAR1'), Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f), Uint8Array.of(0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f)],
    take(input) {
      const name = fileName(input);
      if (name !== present) renameSync(join(sample.table, present), join(sample.table, name));
      present = name;
      writeFileSync(join(sample.table, name), input);
      writeFileSync(sample.log, logText(name, input.length));
      for (const other of readdirSync(sample.table)) if (other.endsWith('.parquet') && other !== name) rmSync(join(sample.table, other));
      return check(sample.dir);
    }
  };
}

const COLUMNS: Schema = {
  fields: [
    { name: 'n', type: 'int64', nullable: true },
    { name: 'value', type: 'float64', nullable: true }
  ]
};

/** A lake of one file whose bytes are `bytes.current`. */
function memoryLake(bytes: { current: Uint8Array }): LakeStorage {
  return { name: 'memory', list: () => Promise.resolve([]), read: () => Promise.resolve(bytes.current), create: () => Promise.resolve(false), freshen: () => Promise.resolve(), delete: () => Promise.resolve() };
}

/** Rows of data files as compaction and merge read them: what the log's digest does not confirm must never reach the Parquet reader. */
export function parquetRows(): FuzzTarget {
  const good = batchOf(200);
  const bytes = { current: good };
  const storage = memoryLake(bytes);
  const digest = createHash('sha256').update(good).digest('hex');
  return {
    seeds: [good],
    words: [Buffer.from('PAR1'), Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f), Uint8Array.of(0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f), Uint8Array.of(0xf9, 0xff, 0xff, 0xff, 0xff, 0x0f)],
    async take(input) {
      bytes.current = input;
      const file = { path: 'x.parquet', partition: {}, bytes: input.length, rows: 200, min: {}, max: {}, stats: null, modifiedMs: 0, dataChange: true, tags: { [SHA256_TAG]: digest } };
      let rows = 0;
      try {
        for await (const batch of readDataFile(storage, 'readings', file, COLUMNS)) rows += batch.rowCount;
      } catch (error) {
        if (error instanceof LittoralError) return error.code;
        throw error;
      }
      if (!Buffer.from(input).equals(good)) throw new Error('a file with other bytes than the log says was read');
      return `${rows} rows`;
    }
  };
}
