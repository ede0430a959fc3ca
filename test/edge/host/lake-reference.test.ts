import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemEnv } from '../../../edge/env/system-env';
import { tableChanges } from '../../../edge/host/lake/table-changes';
import { tableRows } from '../../../edge/host/lake/table-rows';
import { FolderStorage } from '../../../edge/sink/lake/folder-storage';
import { readSnapshot } from '../../../edge/sink/lake/read-snapshot';
import { LittoralError } from '../../../engine/error';

const GOLDEN = join(import.meta.dirname, '..', '..', 'golden', 'reference', 'lake');
const storage = new FolderStorage(GOLDEN, systemEnv());

interface Case {
  readonly name: string;
  readonly input: { readonly path: string };
  readonly params: { readonly version: number };
  readonly expected: { readonly rowCount?: number; readonly rowsFile?: string; readonly activeFiles?: number; readonly error?: string; readonly protocol?: { readonly readerFeatures: readonly string[] | null } };
}
interface BadCase {
  readonly name: string;
  readonly input: { readonly path: string };
  readonly expected: { readonly verdict: 'accept' | 'refuse' | 'refuseOrRight' | 'any' };
}
const casesOf = <T>(file: string): T[] => JSON.parse(readFileSync(join(GOLDEN, file), 'utf8')) as T[];

/** Tables that a reader of version 1 must refuse, because it would see other rows. */
const REFUSED = ['deletion-vectors', 'deletion-vectors-purged', 'column-mapping-name', 'column-mapping-id', 'v2-checkpoint', 'type-widening', 'variant'];

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  const [[kind, held] = ['', null]] = Object.entries(value);
  switch (kind) {
    case '$us':
      return microsText(BigInt(typeof held === 'object' ? (held as { $int: string }).$int : held));
    case '$dec':
      return Number(Number(held).toPrecision(15));
    case '$bytes':
    case '$date':
    case '$int':
      return held;
    case '$map':
      return Object.fromEntries((held as [string, unknown][]).map(([key, each]) => [key, plain(each)]));
    default:
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
  }
}

function microsText(micros: bigint): string {
  const rest = ((micros % 1000n) + 1000n) % 1000n;
  return new Date(Number((micros - rest) / 1000n)).toISOString().replace('Z', `${rest === 0n ? '' : String(rest).padStart(3, '0')}Z`);
}

async function rowsOf(path: string, version?: number): Promise<string[]> {
  const snapshot = await readSnapshot(storage, path, version === undefined ? {} : { version });
  const rows: string[] = [];
  for await (const row of tableRows(storage, snapshot)) rows.push(JSON.stringify(Object.values(row).map(value => (typeof value === 'number' && path.endsWith('/types') && Math.abs(value) > 1e18 ? Number(value.toPrecision(15)) : Object.is(value, -0) ? 0 : value))));
  return rows.sort();
}

describe('a table that delta-rs or Spark wrote', () => {
  it.each(casesOf<Case>('lake.json'))('$name is read as they read it, or refused', async ({ input: { path }, params: { version }, expected }) => {
    const table = path.slice(path.lastIndexOf('/') + 1);
    const reading = rowsOf(path, version);
    if (expected.rowsFile === undefined || REFUSED.includes(table)) {
      const error: unknown = await reading.then(() => null, (thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(LittoralError);
      expect((error as LittoralError).code).toMatch(/^LAKE_(TABLE|VERSION|FILE)$/);
      return;
    }
    const lines = readFileSync(join(GOLDEN, expected.rowsFile), 'utf8').split('\n').filter(line => line !== '');
    expect(await reading).toEqual(lines.map(line => JSON.stringify(plain(JSON.parse(line)))).sort());
    if (expected.activeFiles !== undefined) expect((await readSnapshot(storage, path, { version })).files.size).toBe(expected.activeFiles);
  });
});

describe('an edited table', () => {
  it.each(casesOf<BadCase>('bad/bad.json'))('$name gives its rows or a refusal, never other rows', async ({ input: { path }, expected: { verdict } }) => {
    const right = await rowsOf('bad/delta/control-good');
    const outcome: string[] | LittoralError = await rowsOf(path).catch((error: unknown) => {
      expect(error).toBeInstanceOf(LittoralError);
      return error as LittoralError;
    });
    if (verdict === 'refuse') expect(outcome).toBeInstanceOf(LittoralError);
    if (verdict === 'accept') expect(outcome).toHaveLength(right.length);
    if (verdict === 'refuseOrRight' && Array.isArray(outcome)) expect(outcome).toEqual(right);
    if (verdict === 'any' && Array.isArray(outcome)) expect(right.length - outcome.length).toBeGreaterThanOrEqual(0);
  });
});

describe('the changes of a table that others wrote', () => {
  it.each(['append-partitioned', 'overwrite', 'dml', 'checkpoint', 'compacted', 'zorder', 'txn', 'restored', 'change-feed', 'constraint'])('lead from each version of %s to the next', async name => {
    const table = `delta/${name}`;
    const rows: string[] = [];
    for await (const change of tableChanges(storage, table, { from: 0 })) {
      for (const row of change.removed) {
        const at = rows.indexOf(JSON.stringify(Object.values(row)));
        expect(at, `version ${change.version} removes a row that is not there`).toBeGreaterThanOrEqual(0);
        rows.splice(at, 1);
      }
      rows.push(...change.added.map(row => JSON.stringify(Object.values(row))));
      expect([...rows].sort(), `version ${change.version}`).toEqual(await rowsOf(table, change.version));
    }
  });
});
