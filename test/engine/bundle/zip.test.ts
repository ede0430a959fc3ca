import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { crcProblem, readZip, ZipProblem } from '../../../engine/bundle/read-zip';
import { writeZip } from '../../../engine/bundle/write-zip';
import { pathProblem } from '../../../engine/bundle/zip-path';

const limits = { entriesMax: 10, bytesMax: 10_000 };
const archive = writeZip([
  { path: 'b/two.txt', bytes: strToU8('two') },
  { path: 'a.txt', bytes: strToU8('one') }
]);

function problem(bytes: Uint8Array): string {
  const result = readZip(bytes, limits);
  return result instanceof ZipProblem ? result.message : (crcProblem(result)?.message ?? 'accepted');
}

function changed(change: (view: DataView, bytes: Uint8Array) => void): Uint8Array {
  const bytes = archive.slice();
  change(new DataView(bytes.buffer), bytes);
  return bytes;
}

const LOCAL_2 = 30 + 5 + 3;
const CENTRAL = LOCAL_2 + 30 + 9 + 3;
const END = archive.length - 22;

describe('the zip writer', () => {
  it('writes what other readers read, sorted and dated 1980', () => {
    expect(unzipSync(archive)).toEqual({ 'a.txt': strToU8('one'), 'b/two.txt': strToU8('two') });
    const entries = readZip(archive, limits);
    expect(!(entries instanceof ZipProblem) && entries.map(entry => entry.path)).toEqual(['a.txt', 'b/two.txt']);
  });
  it('writes an archive of nothing', () => {
    expect(problem(writeZip([]))).toBe('accepted');
  });
  it('refuses paths that repeat or lead elsewhere', () => {
    const entry = (path: string): { path: string; bytes: Uint8Array } => ({ path, bytes: new Uint8Array(0) });
    expect(() => writeZip([entry('a'), entry('A')])).toThrow(/stands twice/);
    expect(() => writeZip([entry('../a')])).toThrow(/rename the file/);
  });
});

describe('the strict zip reader', () => {
  it('takes what another writer stores without attributes of its own', () => {
    const stored = zipSync({ 'a.txt': strToU8('one') }, { level: 0, mtime: new Date(1980, 0, 1) });
    expect(problem(stored)).toBe('accepted');
  });
  const cases: [string, RegExp, (view: DataView, bytes: Uint8Array) => void][] = [
    ['a compressed entry', /compressed/, view => [8, CENTRAL + 10].forEach(at => view.setUint16(at, 8, true))],
    ['flags', /flags/, view => [6, CENTRAL + 8].forEach(at => view.setUint16(at, 0x800, true))],
    ['two sizes', /two sizes/, view => view.setUint32(CENTRAL + 20, 2, true)],
    ['headers that differ', /two headers/, view => view.setUint32(22, 2, true)],
    ['names that differ', /two headers/, (_, bytes) => (bytes[30] = 0x78)],
    ['a symbolic link', /attributes/, view => {
      view.setUint16(CENTRAL + 4, 0x0314, true);
      view.setUint32(CENTRAL + 38, 0xa1ff0000, true);
    }],
    ['a comment', /does not end/, (_, bytes) => bytes.copyWithin(END - 1, END)],
    ['a comment length', /comment/, view => view.setUint16(END + 20, 1, true)],
    ['several disks', /disks/, view => view.setUint16(END + 4, 1, true)],
    ['two numbers of entries', /two numbers/, view => view.setUint16(END + 8, 1, true)],
    ['an entry left out', /belong to no entry|longer/, view => [END + 8, END + 10].forEach(at => view.setUint16(at, 1, true))],
    ['an entry too many', /damaged/, view => [END + 8, END + 10].forEach(at => view.setUint16(at, 3, true))],
    ['a directory elsewhere', /directory/, view => view.setUint32(END + 16, 0, true)],
    ['an overlap', /begin where/, view => view.setUint32(CENTRAL + 46 + 5 + 42, 0, true)],
    ['a size beyond the file', /reaches into/, view => [18, 22, CENTRAL + 20, CENTRAL + 24].forEach(at => view.setUint32(at, 5000, true))],
    ['zip64', /zip64|reaches/, view => [18, 22, CENTRAL + 20, CENTRAL + 24].forEach(at => view.setUint32(at, 0xffff_ffff, true))],
    ['extra fields', /extra/, view => view.setUint16(CENTRAL + 30, 4, true)],
    ['other bytes than its CRC says', /CRC/, (_, bytes) => (bytes[35] = 0x78)],
    ['a path upwards', /steps/, (_, bytes) => [LOCAL_2 + 30, CENTRAL + 46 + 5 + 46].forEach(at => bytes.set(strToU8('../two.tx'), at))],
    ['names that differ in case only', /twice/, (_, bytes) => {
      const twice = writeZip([{ path: 'a.txt', bytes: strToU8('one') }, { path: 'b.txt', bytes: strToU8('two') }]);
      twice.forEach((byte, at) => {
        if (byte === 0x62 && twice[at + 1] === 0x2e) twice[at] = 0x41;
      });
      bytes.fill(0);
      bytes.set(twice, bytes.length - twice.length);
    }]
  ];
  for (const [name, pattern, change] of cases) {
    it(`refuses ${name}`, () => {
      const bytes = changed(change);
      const from = name.startsWith('names that differ in case') ? bytes.findIndex((_, at) => bytes[at] === 0x50 && bytes[at + 1] === 0x4b) : 0;
      expect(problem(bytes.subarray(from))).toMatch(pattern);
    });
  }
  it('refuses more entries and bytes than allowed before it reads them', () => {
    expect(readZip(archive, { entriesMax: 1, bytesMax: 10_000 })).toBeInstanceOf(ZipProblem);
    expect(readZip(archive, { entriesMax: 10, bytesMax: 20 })).toBeInstanceOf(ZipProblem);
  });
  it('knows which paths stay where they belong', () => {
    for (const path of ['a', 'a/b.c', 'model 1.onnx']) expect(pathProblem(path), path).toBeNull();
    for (const path of ['', '/a', 'a/', 'a//b', '.', 'a/../b', 'a\\b', 'C:a', 'a\0b', 'ä', 'a\nb', 'x'.repeat(256)]) expect(pathProblem(path), path).not.toBeNull();
  });
});
