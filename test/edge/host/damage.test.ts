import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { LittoralError } from '../../../engine/error';
import { checkLake } from '../../../edge/host/lake/check-lake';
import { codeCells } from '../../../edge/host/notebook-file';
import { notebookProgram } from '../../../edge/host/notebook-program';
import { recordingInputs } from '../../../edge/host/recording-file';
import { loadPipeline } from '../../../edge/host/load-pipeline';

const FIXTURES = join(import.meta.dirname, '..', 'cli', 'fixtures');
const folder = mkdtempSync(join(tmpdir(), 'littoral-damage-'));
const seed = Number(process.env['LITTORAL_SEED'] ?? 20_261_122);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Some bytes of a file changed, removed or doubled. */
const damages = fc.array(fc.record({ at: fc.nat(), kind: fc.constantFrom('flip', 'cut', 'double', 'set'), value: fc.nat(255) }), { minLength: 1, maxLength: 4 });

function damaged(bytes: Uint8Array, edits: readonly { readonly at: number; readonly kind: string; readonly value: number }[]): Uint8Array {
  let result = Buffer.from(bytes);
  for (const { at, kind, value } of edits) {
    const place = result.length === 0 ? 0 : at % result.length;
    if (kind === 'cut') result = Buffer.concat([result.subarray(0, place), result.subarray(place + value)]);
    else if (kind === 'double') result = Buffer.concat([result.subarray(0, place + value), result.subarray(place)]);
    else if (place < result.length) result[place] = kind === 'flip' ? (result[place] ?? 0) ^ (1 << value % 8) : value;
  }
  return result;
}

/** Passes when `action` does its work or refuses with a typed error. */
async function endsWell(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof LittoralError)) throw error;
    expect(error.message).not.toBe('');
  }
}

const holds = (action: (edits: Parameters<typeof damaged>[1]) => Promise<void>, numRuns: number): Promise<void> => fc.assert(fc.asyncProperty(damages, action), { seed, numRuns, verbose: 1 });

describe(`damaged files (seed ${seed}) are read or refused, never more`, () => {
  test('recordings, packed or not', async () => {
    const original = readFileSync(join(FIXTURES, 'pumps.recording.ndjson')).subarray(0, 3_000);
    const path = join(folder, 'r.recording.ndjson');
    for (const bytes of [original, gzipSync(original)]) {
      await holds(async edits => {
        writeFileSync(path, damaged(bytes, edits));
        await endsWell(async () => {
          for await (const inputs of recordingInputs(path)) for (const input of inputs) expect(input.kind).toMatch(/message|tick/);
        });
      }, 200);
    }
  });

  test('plans', async () => {
    const plan = (await loadPipeline(join(FIXTURES, 'pumps.pipeline.ts'))).plan;
    const path = join(folder, 'p.json');
    await holds(async edits => {
      writeFileSync(path, damaged(Buffer.from(JSON.stringify(plan)), edits));
      await endsWell(() => loadPipeline(path));
    }, 300);
  });

  test('notebooks', async () => {
    const bytes = readFileSync(join(FIXTURES, 'pumps.ipynb'));
    await holds(edits => endsWell(() => notebookProgram(codeCells(Buffer.from(damaged(bytes, edits)).toString('utf8'), 'n.ipynb'), 'n.ipynb')), 60);
  });

  test('lakes', async () => {
    const log = join(folder, 'lake', 't', '_delta_log');
    mkdirSync(log, { recursive: true });
    mkdirSync(join(folder, 'lake', 't', '_metadata'));
    const schemaString = JSON.stringify({ type: 'struct', fields: [{ name: 'day', type: 'string', nullable: true, metadata: {} }] });
    const entry = [
      { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
      { metaData: { id: 'x', format: { provider: 'parquet', options: {} }, schemaString, partitionColumns: ['day'], configuration: {} } },
      { txn: { appId: 'a', version: 1 } },
      { add: { path: 'day=1/r-0123456789abcdef.parquet', partitionValues: { day: '1' }, size: 5, modificationTime: 1, dataChange: true, stats: '{"numRecords":1}' } }
    ].map(action => `${JSON.stringify(action)}\n`).join('');
    const sidecar = JSON.stringify({ version: 1, epoch: 0, files: [{ path: 'day=1/r-0123456789abcdef.parquet', rows: 1, bytes: 5, sha256: '0' }], previousSha256: null });
    await holds(async edits => {
      writeFileSync(join(log, '00000000000000000000.json'), damaged(Buffer.from(entry), edits));
      writeFileSync(join(folder, 'lake', 't', '_metadata', '0000000000.json'), damaged(Buffer.from(sidecar), edits));
      await endsWell(async () => expect((await checkLake(join(folder, 'lake'), () => undefined)).ok).toBe(false));
    }, 200);
  });
});
