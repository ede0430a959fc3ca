import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DeltaLogReader } from '../../../worker/lake/delta-log';
import { parseManifest } from '../../../worker/lake/manifest';
import { LakeTables, describeTable } from '../../../worker/lake/tables';
import type { LakeEntry, LakeSource } from '../../../worker/lake/lake-source';

const protocol = { protocol: { minReaderVersion: 1, minWriterVersion: 2 } };
const schemaString = JSON.stringify({ type: 'struct', fields: [{ name: 't', type: 'timestamp', nullable: false, metadata: {} }, { name: 'rms', type: 'double', nullable: true, metadata: {} }, { name: 'day', type: 'string', nullable: true, metadata: {} }] });
const metaData = { metaData: { id: 'x', format: { provider: 'parquet', options: {} }, schemaString, partitionColumns: ['day'], configuration: {} } };
const add = (path: string, more: object = {}): object => ({ add: { path, partitionValues: { day: '2026-01-01' }, size: 10, modificationTime: 0, dataChange: true, stats: '{"numRecords":5,"minValues":{"rms":1},"maxValues":{"rms":3}}', ...more } });
const text = (...actions: object[]): string => actions.map(action => JSON.stringify(action)).join('\n');

class TextSource implements LakeSource {
  readonly name = 'memory';
  readonly bytesFetched = 0;
  readonly read: string[] = [];

  constructor(readonly files: Map<string, string>) {}

  list(): Promise<readonly LakeEntry[]> {
    return Promise.resolve([...this.files].map(([path, content]) => ({ path, bytes: content.length, modifiedMs: 0 })));
  }
  text(path: string): Promise<string> {
    this.read.push(path);
    return Promise.resolve(this.files.get(path) ?? '');
  }
  range(_path?: string, _start?: number, _end?: number): Promise<ArrayBuffer> {
    return Promise.resolve(new ArrayBuffer(0));
  }
  open(): Promise<string> {
    return Promise.resolve('');
  }
}

describe('a Delta log', () => {
  it('gives the files that are left after adds and removes, with decoded paths', () => {
    const log = new DeltaLogReader('t');
    log.apply(text(protocol, metaData));
    log.apply(text(add('day=2026-01-01/a%20b.parquet'), add('day=2026-01-01/c.parquet'), { commitInfo: {} }));
    log.apply(text({ remove: { path: 'day=2026-01-01/c.parquet', deletionTimestamp: 1 } }));
    const table = log.result();
    expect(table.version).toBe(2);
    expect(table.files).toMatchObject([{ path: 'day=2026-01-01/a b.parquet', bytes: 10, partition: { day: '2026-01-01' }, rows: 5, min: { rms: 1 }, max: { rms: 3 } }]);
    expect(describeTable(table)).toMatchObject({ rows: 5, bytes: 10, partitionColumns: ['day'] });
  });

  it('takes an empty partition value for null, as the protocol says', () => {
    const log = new DeltaLogReader('t');
    log.apply(text(protocol, metaData, add('a.parquet', { partitionValues: { day: '' } })));
    expect(log.result().files[0]?.partition).toEqual({ day: null });
  });

  it.each([
    ['a newer reader version', text({ protocol: { minReaderVersion: 3, minWriterVersion: 7 } }), /needs Delta reader version 3 without saying which features/],
    ['a feature that changes what files mean', text({ protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['deletionVectors'] } }), /feature "deletionVectors"/],
    ['a deletion vector', text(protocol, metaData, add('a.parquet', { deletionVector: { storageType: 'u' } })), /deletion vector/],
    ['column mapping', text(protocol, { metaData: { ...metaData.metaData, configuration: { 'delta.columnMapping.mode': 'name' } } }), /column mapping "name"/],
    ['another file format', text(protocol, { metaData: { ...metaData.metaData, format: { provider: 'orc' } } }), /its files are orc/],
    ['a path that leaves the table', text(protocol, metaData, add('../x.parquet')), /outside the table/],
    ['an absolute address', text(protocol, metaData, add('https://elsewhere/x.parquet')), /outside the table/],
    ['a torn line', '{"add":', /a line is not JSON/],
    ['a schema that is none', text(protocol, { metaData: { ...metaData.metaData, schemaString: '{}' } }), /schemaString has no fields/]
  ])('refuses %s', (_name, entry, expected) => {
    const log = new DeltaLogReader('t');
    expect(() => log.apply(entry)).toThrow(expect.objectContaining({ code: 'LAKE_TABLE', message: expect.stringMatching(expected) as string }) as Error);
  });

  it('is read again only from where it was read before', async () => {
    const entry = (version: number): string => `a/b/_delta_log/${String(version).padStart(20, '0')}.json`;
    const source = new TextSource(new Map([[entry(0), text(protocol, metaData)], [entry(1), text(add('x.parquet'))], ['a/b/x.parquet', '']]));
    const tables = new LakeTables(source);
    expect((await tables.read()).map(table => [table.name, table.version])).toEqual([['a/b', 1]]);
    source.files.set(entry(2), text(add('y.parquet')));
    expect((await tables.read())[0]?.files.map(file => file.path)).toEqual(['x.parquet', 'y.parquet']);
    expect(source.read).toEqual([entry(0), entry(1), entry(2)]);
  });

  it('with a hole or without its beginning is refused', async () => {
    const entry = (version: number): string => `t/_delta_log/${String(version).padStart(20, '0')}.json`;
    const hole = new LakeTables(new TextSource(new Map([[entry(0), text(protocol, metaData)], [entry(2), text(add('x.parquet'))]])));
    await expect(hole.read()).rejects.toMatchObject({ code: 'LAKE_TABLE', message: expect.stringContaining('version 1 is missing') as string });
    const late = new LakeTables(new TextSource(new Map([[entry(5), text(add('x.parquet'))]])));
    await expect(late.read()).rejects.toMatchObject({ message: expect.stringContaining('has no whole checkpoint') as string });
  });
});

describe('a lake manifest', () => {
  it.each([
    ['no JSON', '<html>', /is not JSON/],
    ['another version', '{"version":2,"files":[]}', /has version 2/],
    ['no files', '{"version":1}', /has no list "files"/],
    ['a path that leaves the lake', '{"version":1,"files":[{"path":"../secret","bytes":1}]}', /"\.\.\/secret" as path at files\[0\]/],
    ['a file without bytes', '{"version":1,"files":[{"path":"a"}]}', /lacks the bytes of "a"/]
  ])('with %s is refused', (_name, manifest, expected) => {
    expect(() => parseManifest(manifest, 'http://lake/')).toThrow(expected);
  });
});

describe('a log whose beginning was cleaned up', () => {
  const golden = join(import.meta.dirname, '..', '..', 'golden', 'reference', 'lake');

  class FolderSource extends TextSource {
    constructor(private readonly folder: string) {
      super(new Map());
    }
    override list(): Promise<readonly LakeEntry[]> {
      return Promise.resolve((readdirSync(this.folder, { recursive: true }) as string[]).map(path => ({ path, bytes: statSync(join(this.folder, path)).size, modifiedMs: 0 })));
    }
    override text(path: string): Promise<string> {
      return Promise.resolve(readFileSync(join(this.folder, path), 'utf8'));
    }
    override range(path: string, start = 0, end = 0): Promise<ArrayBuffer> {
      return Promise.resolve(Uint8Array.from(readFileSync(join(this.folder, path)).subarray(start, end)).buffer);
    }
  }

  it('is read from its checkpoint on, also one in parts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'littoral-log-'));
    cpSync(join(golden, 'delta', 'checkpoint-only'), join(folder, 'one'), { recursive: true });
    cpSync(join(golden, 'delta-spark', 'multipart-checkpoint'), join(folder, 'parts'), { recursive: true });
    for (const version of [0, 1, 2, 3, 4]) rmSync(join(folder, 'parts', '_delta_log', `${String(version).padStart(20, '0')}.json`));
    const [one, parts] = await new LakeTables(new FolderSource(folder)).read();
    expect([one?.version, one?.files.length, one?.files.reduce((sum, file) => sum + (file.rows ?? 0), 0)]).toEqual([8, 22, 36]);
    expect([parts?.version, parts?.files.reduce((sum, file) => sum + (file.rows ?? 0), 0)]).toEqual([6, 18]);
    rmSync(folder, { recursive: true, force: true });
  });
});
