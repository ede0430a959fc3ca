import { BUNDLE_ENTRY, ENVELOPE_ENTRY } from '../../../engine/bundle/open-bundle';
import { rawZip } from './raw-zip';
import type { RawArchive, RawEntry } from './raw-zip';
import type { Subject } from './subject';
import type { MakeVariants, Threat, Variant } from './variant';

interface Forgery {
  readonly name: string;
  readonly threat: Threat;
  readonly change: (entries: readonly RawEntry[]) => RawArchive;
}

const SYMLINK = (0o120777 << 16) >>> 0;
const EXECUTABLE = (0o100755 << 16) >>> 0;
const ON_UNIX = 0x0300 | 20;
const TWO_GB = 0x8000_0000;

const first = (change: Partial<RawEntry>) => (entries: readonly RawEntry[]): RawArchive => ({ entries: entries.map((entry, index) => (index === 0 ? { ...entry, ...change } : entry)) });
const renamed = (name: string) => (entries: readonly RawEntry[]): RawArchive => ({ entries: entries.map((entry, index) => (index === 0 ? { ...entry, name } : entry)) });
const added = (...more: readonly RawEntry[]) => (entries: readonly RawEntry[]): RawArchive => ({ entries: [...entries, ...more] });
const around = (change: Omit<RawArchive, 'entries'>) => (entries: readonly RawEntry[]): RawArchive => ({ entries, ...change });
const empty = new Uint8Array(0);

/** What must never be read as an archive, whoever made it. */
const FORGERIES: readonly Forgery[] = [
  { name: 'compressed entry (bomb)', threat: 'endless data', change: first({ method: 8 }) },
  { name: 'encrypted entry', threat: 'malformed archive', change: first({ flags: 1 }) },
  { name: 'sizes after the data', threat: 'malformed archive', change: first({ flags: 8 }) },
  { name: 'names as UTF-8', threat: 'malformed archive', change: first({ flags: 0x800 }) },
  { name: 'newer zip version', threat: 'malformed archive', change: first({ version: 45 }) },
  { name: 'zip64 size', threat: 'malformed archive', change: first({ size: 0xffff_ffff }) },
  { name: 'zip64 end record', threat: 'malformed archive', change: around({ zip64: true }) },
  { name: '2 GB declared', threat: 'endless data', change: first({ size: TWO_GB }) },
  { name: 'extra field', threat: 'malformed archive', change: first({ extra: Uint8Array.of(1, 0, 0, 0) }) },
  { name: 'comment of an entry', threat: 'malformed archive', change: first({ comment: 'hi' }) },
  { name: 'comment of the archive', threat: 'malformed archive', change: around({ comment: 'PK' }) },
  { name: 'symbolic link', threat: 'zip slip', change: first({ madeBy: ON_UNIX, attributes: SYMLINK }) },
  { name: 'executable file', threat: 'malformed archive', change: first({ madeBy: ON_UNIX, attributes: EXECUTABLE }) },
  { name: 'DOS attributes', threat: 'malformed archive', change: first({ attributes: 0x10 }) },
  { name: 'overlapping entries', threat: 'malformed archive', change: entries => ({ entries: entries.map((entry, index) => (index === 1 ? { ...entry, offset: 0 } : entry)) }) },
  { name: 'gap between entries', threat: 'malformed archive', change: entries => ({ entries: entries.map((entry, index) => (index === 1 ? { ...entry, gap: 16 } : entry)) }) },
  { name: 'bytes before the archive', threat: 'malformed archive', change: around({ prefix: Buffer.from('#!/bin/sh\n') }) },
  { name: 'bytes after the archive', threat: 'malformed archive', change: around({ suffix: Uint8Array.of(0) }) },
  { name: 'local name unlike the central one', threat: 'malformed archive', change: entries => first({ localName: 'X'.repeat(entries[0]?.name.length ?? 0) })(entries) },
  { name: 'local size unlike the central one', threat: 'malformed archive', change: first({ localSize: 1 }) },
  { name: 'local CRC unlike the central one', threat: 'malformed archive', change: first({ localCrc: 1 }) },
  { name: 'wrong CRC', threat: 'damage', change: first({ crc: 1 }) },
  { name: 'more entries declared than there are', threat: 'malformed archive', change: entries => ({ entries, count: entries.length + 1 }) },
  { name: 'fewer entries declared than there are', threat: 'malformed archive', change: entries => ({ entries, count: entries.length - 1 }) },
  { name: 'directory elsewhere', threat: 'malformed archive', change: around({ directoryShift: 4 }) },
  { name: 'several disks', threat: 'malformed archive', change: around({ disk: 1 }) },
  { name: 'duplicate entry', threat: 'mix-and-match', change: entries => ({ entries: [...entries, ...entries.slice(0, 1)] }) },
  { name: 'names that differ in case alone', threat: 'mix-and-match', change: entries => added({ name: (entries[0]?.name ?? '').toUpperCase(), bytes: empty })(entries) },
  { name: 'path that climbs', threat: 'zip slip', change: renamed('../../etc/cron.d/x') },
  { name: 'path that climbs in the middle', threat: 'zip slip', change: renamed('a/../../x') },
  { name: 'absolute path', threat: 'zip slip', change: renamed('/etc/passwd') },
  { name: 'drive letter', threat: 'zip slip', change: renamed('C:x') },
  { name: 'backslash', threat: 'zip slip', change: renamed('..\\x') },
  { name: 'NUL in a name', threat: 'zip slip', change: renamed('plan.json\0.png') },
  { name: 'letters outside ASCII', threat: 'malformed archive', change: renamed('pl\xe4n.json') },
  { name: 'folder as an entry', threat: 'malformed archive', change: renamed('models/') },
  { name: 'empty name', threat: 'malformed archive', change: renamed('') },
  { name: 'name of 300 letters', threat: 'malformed archive', change: renamed('n'.repeat(300)) },
  { name: '2 000 entries', threat: 'endless data', change: added(...Array.from({ length: 2_000 }, (_, index) => ({ name: `f${index}`, bytes: empty }))) }
];

/** Each forgery of the bundle file, of bundle.zip by a stranger, and of bundle.zip by somebody with the key. */
export const archiveVariants: MakeVariants = async subject => {
  const outer: readonly RawEntry[] = [{ name: ENVELOPE_ENTRY, bytes: subject.envelope }, { name: BUNDLE_ENTRY, bytes: subject.zip }];
  const inner: readonly RawEntry[] = subject.entries().map(({ path, bytes }) => ({ name: path, bytes }));
  const variants: Variant[] = [];
  for (const { name, threat, change } of FORGERIES) {
    const zip = rawZip(change(inner));
    variants.push({ name: `bundle file: ${name}`, threat, expected: 'ZIP_INVALID', bytes: rawZip(change(outer)) });
    variants.push({ name: `bundle.zip, by a stranger: ${name}`, threat, expected: 'DIGEST_MISMATCH', bytes: subject.packed(zip, subject.envelope) });
    variants.push({ name: `bundle.zip, rightly signed: ${name}`, threat, expected: 'ZIP_INVALID', bytes: subject.packed(zip, await subject.envelopeOf(zip)) });
  }
  return [...variants, ...cuts(subject), ...otherFiles(subject)];
};

function cuts({ good }: Subject): readonly Variant[] {
  const cut = (name: string, length: number): Variant => ({ name, threat: 'damage', expected: 'ZIP_INVALID', bytes: good.bytes.slice(0, length) });
  return [cut('nothing at all', 0), cut('cut in the middle', Math.floor(good.bytes.length / 2)), cut('last byte missing', good.bytes.length - 1), cut('end record missing', good.bytes.length - 22)];
}

function otherFiles(subject: Subject): readonly Variant[] {
  const { good, zip, envelope, packed } = subject;
  const raw = (entries: readonly RawEntry[]): Uint8Array => rawZip({ entries });
  const both: readonly RawEntry[] = [{ name: ENVELOPE_ENTRY, bytes: envelope }, { name: BUNDLE_ENTRY, bytes: zip }];
  return [
    { name: 'a page of HTML', threat: 'damage', expected: 'ZIP_INVALID', bytes: Buffer.from('<!doctype html><title>404</title>') },
    { name: 'bundle.zip alone', threat: 'arbitrary installation', expected: 'NOT_A_BUNDLE', bytes: zip },
    { name: 'no envelope', threat: 'arbitrary installation', expected: 'NOT_A_BUNDLE', bytes: raw(both.slice(1)) },
    { name: 'a third entry', threat: 'arbitrary installation', expected: 'NOT_A_BUNDLE', bytes: raw([...both, { name: 'run.sh', bytes: empty }]) },
    { name: 'a bundle in a bundle', threat: 'mix-and-match', expected: 'DIGEST_MISMATCH', bytes: packed(good.bytes, envelope) },
    { name: 'a file larger than allowed', threat: 'endless data', expected: 'TOO_LARGE', bytes: good.bytes, context: { limits: { bytesMax: good.bytes.length - 1 } } },
    { name: 'an envelope of 2 MB', threat: 'endless data', expected: 'TOO_LARGE', bytes: packed(zip, Buffer.alloc(2 << 20, 0x20)) }
  ];
}
