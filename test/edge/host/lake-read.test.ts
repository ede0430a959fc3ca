import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemEnv } from '../../../edge/env/system-env';
import { checkLake } from '../../../edge/host/lake/check-lake';
import type { FindingCode } from '../../../edge/host/lake/finding';
import { tableChanges, type VersionChange } from '../../../edge/host/lake/table-changes';
import { tableHistory, versionAt } from '../../../edge/host/lake/table-history';
import { tableRows } from '../../../edge/host/lake/table-rows';
import { vacuumTable } from '../../../edge/host/lake/vacuum-table';
import { FolderStorage } from '../../../edge/sink/lake/folder-storage';
import { LakeTable } from '../../../edge/sink/lake/lake-table';
import { readSnapshot } from '../../../edge/sink/lake/read-snapshot';
import { envAt } from '../env-at';
import { epochOf } from '../sink/lake-samples';

const DAY_MS = 86_400_000;
let lake = '';
let nowMs = 0;
beforeEach(() => {
  lake = mkdtempSync(join(tmpdir(), 'littoral-read-'));
  nowMs = Date.UTC(2026, 0, 1);
});
afterEach(() => rmSync(lake, { recursive: true, force: true }));

const env = envAt(() => nowMs);
const storage = (): FolderStorage => new FolderStorage(lake, systemEnv());

/** Six versions, one an hour: the creation, two appended epochs or merges a key, and at last a compaction. */
async function written(mergeBy: readonly string[]): Promise<void> {
  const table = await LakeTable.open(lake, 't', env);
  for (let epoch = 0; epoch < 3; epoch++) {
    await table.write(epochOf({ epoch, mergeBy, rows: [['a', epoch], [`d${epoch}`, epoch]] }), nowMs);
    nowMs += 3_600_000;
  }
  await table.compact({ inputsMin: 2 });
}

async function changes(from: number, to?: number): Promise<VersionChange[]> {
  const found = [];
  for await (const change of tableChanges(storage(), 't', { from, ...(to === undefined ? {} : { to }) })) found.push(change);
  return found;
}

async function rowCount(version?: number): Promise<number> {
  let count = 0;
  for await (const row of tableRows(storage(), await readSnapshot(storage(), 't', version === undefined ? {} : { version }))) count += Object.keys(row).length > 0 ? 1 : 0;
  return count;
}

describe('the history of a table', () => {
  it('tells each version, its time and whether rows changed', async () => {
    await written([]);
    expect((await tableHistory(storage(), 't')).map(each => [each.version, each.operation, each.filesAdded, each.filesRemoved, each.rowsAdded, each.dataChange])).toEqual([
      [0, 'CREATE TABLE', 0, 0, 0, false],
      [1, 'WRITE', 1, 0, 2, true],
      [2, 'WRITE', 1, 0, 2, true],
      [3, 'WRITE', 1, 0, 2, true],
      [4, 'OPTIMIZE', 1, 3, 6, false]
    ]);
    const startMs = Date.UTC(2026, 0, 1);
    expect(await versionAt(storage(), 't', startMs + 3_600_000)).toBe(2);
    expect(await versionAt(storage(), 't', startMs + 3_599_999)).toBe(1);
    await expect(versionAt(storage(), 't', startMs - 1)).rejects.toMatchObject({ code: 'LAKE_VERSION' });
    await expect(readSnapshot(storage(), 't', { version: 5 })).rejects.toMatchObject({ code: 'LAKE_VERSION', message: expect.stringContaining('the last one is 4') as string });
  });
});

describe('the changes of a table', () => {
  it('are the rows that came, and none for a compaction', async () => {
    await written([]);
    expect((await changes(0)).map(change => [change.version, change.removed.length, change.added])).toEqual([
      [0, 0, []],
      [1, 0, [{ device: 'a', x: 0 }, { device: 'd0', x: 0 }]],
      [2, 0, [{ device: 'a', x: 1 }, { device: 'd1', x: 1 }]],
      [3, 0, [{ device: 'a', x: 2 }, { device: 'd2', x: 2 }]],
      [4, 0, []]
    ]);
  });

  it('show a merged row as one that went and one that came, and rows beside it not at all', async () => {
    await written(['device']);
    expect(await changes(2, 3)).toMatchObject([
      { version: 2, operation: 'MERGE', removed: [{ device: 'a', x: 0 }], added: [{ device: 'a', x: 1 }, { device: 'd1', x: 1 }] },
      { version: 3, operation: 'MERGE', removed: [{ device: 'a', x: 1 }], added: [{ device: 'a', x: 2 }, { device: 'd2', x: 2 }] }
    ]);
    await expect(changes(3, 2)).rejects.toMatchObject({ code: 'LAKE_VERSION' });
  });
});

describe('a vacuum', () => {
  it('deletes only what left the table, or never belonged to it, before the retention', async () => {
    await written([]);
    const orphan = join(lake, 't', 'left-0123456789abcdef.parquet');
    writeFileSync(orphan, 'x');
    const age = (days: number): void => {
      for (const name of readdirSync(join(lake, 't'), { recursive: true }) as string[]) if (name.endsWith('.parquet')) utimesSync(join(lake, 't', name), new Date(nowMs - days * DAY_MS), new Date(nowMs - days * DAY_MS));
    };
    age(0);
    expect(await vacuumTable(storage(), 't', { nowMs: nowMs + DAY_MS, olderThanMs: 7 * DAY_MS, dryRun: false })).toMatchObject({ deleted: [], kept: 4 });
    expect(await rowCount(1)).toBe(2);
    expect((await vacuumTable(storage(), 't', { nowMs: nowMs + 8 * DAY_MS, olderThanMs: 7 * DAY_MS, dryRun: true })).deleted).toHaveLength(4);
    expect(await rowCount(1)).toBe(2);
    expect((await vacuumTable(storage(), 't', { nowMs: nowMs + 8 * DAY_MS, olderThanMs: 7 * DAY_MS, dryRun: false })).deleted).toContain('left-0123456789abcdef.parquet');
    await expect(rowCount(1)).rejects.toMatchObject({ code: 'LAKE_FILE', message: expect.stringContaining('a vacuum may have deleted it') as string });
    expect(await rowCount()).toBe(6);
    expect((await checkLake(lake, () => undefined)).findings).toEqual([]);
  });
});

describe('the check of a lake', () => {
  const entry = (version: number): string => join(lake, 't', '_delta_log', `${String(version).padStart(20, '0')}.json`);
  const edit = (version: number, change: (text: string) => string): void => writeFileSync(entry(version), change(readFileSync(entry(version), 'utf8')));

  it('finds nothing in tables that were appended to, merged and compacted', async () => {
    await written(['device']);
    expect(await checkLake(lake, () => undefined)).toMatchObject({ ok: true, findings: [], tables: [{ name: 't', version: 4, files: 1, rows: 4, formerFiles: 5, orphans: [] }] });
    expect(await checkLake(join(lake, 't'), () => undefined)).toMatchObject({ ok: true, tables: [{ name: 't', version: 4 }] });
  });

  it.each<[string, FindingCode, () => void]>([
    ['rows that a compaction has lost', 'DATA_CHANGE', () => edit(4, text => text.replace('\\"numRecords\\":6', '\\"numRecords\\":5'))],
    ['a removal of rows from an append-only table', 'DATA_CHANGE', () => edit(4, text => text.replaceAll('"dataChange":false', '"dataChange":true'))],
    ['a file that is removed twice', 'FILE_UNKNOWN', () => edit(4, text => text.split('\n').flatMap(line => (line.includes('"remove"') ? [line, line] : [line])).join('\n'))],
    ['statistics that hide rows', 'STATISTICS', () => edit(4, text => text.replace('\\"maxValues\\":{\\"device\\":\\"d2\\",\\"x\\":2}', '\\"maxValues\\":{\\"device\\":\\"d2\\",\\"x\\":1}'))],
    ['a wrong number of nulls', 'STATISTICS', () => edit(4, text => text.replace('\\"nullCount\\":{\\"device\\":0', '\\"nullCount\\":{\\"device\\":1'))],
    ['a digest that is not the file’s', 'FILE_DIGEST', () => edit(4, text => text.replace(/"littoral.sha256":"...../, '"littoral.sha256":"00000'))],
    ['a deletion vector', 'PROTOCOL', () => edit(4, text => text.replace('"modificationTime"', '"deletionVector":{"storageType":"u"},"modificationTime"'))],
    ['column mapping', 'PROTOCOL', () => edit(0, text => text.replace('"delta.appendOnly":"true"', '"delta.columnMapping.mode":"name"'))],
    ['a checkpoint that is none', 'CHECKPOINT', () => writeFileSync(join(lake, 't', '_delta_log', '00000000000000000003.checkpoint.parquet'), 'x')],
    ['a hint without its checkpoint', 'CHECKPOINT', () => writeFileSync(join(lake, 't', '_delta_log', '_last_checkpoint'), '{"version":3,"size":5}')]
  ])('finds %s', async (_name, code, damage) => {
    await written([]);
    damage();
    const { ok, findings } = await checkLake(lake, () => undefined);
    expect(ok).toBe(false);
    expect(findings.map(finding => finding.code)).toContain(code);
  });
});
