import type { Envelope } from './dsse';
import { parseEnvelope } from './dsse';
import type { ReadZipEntry, ZipLimits } from './read-zip';
import { readZip, ZipProblem } from './read-zip';
import { refuse } from './refusal';
import type { Refusal } from './refusal';

export const BUNDLE_ENTRY = 'bundle.zip';
export const ENVELOPE_ENTRY = 'bundle.dsse.json';
const ENVELOPE_BYTES_MAX = 1024 * 1024;

export interface BundleLimits {
  /** Of the whole file. Default 512 MiB. */
  readonly bytesMax: number;
  /** Files in bundle.zip. Default 1 000. */
  readonly entriesMax: number;
}
export const DEFAULT_BUNDLE_LIMITS: BundleLimits = { bytesMax: 512 * 1024 * 1024, entriesMax: 1000 };

/** The two parts of a bundle file; nothing in them is to be believed yet. */
export interface OpenedBundle {
  readonly ok: true;
  readonly zip: Uint8Array;
  readonly envelope: Envelope;
  readonly outerEntries: readonly ReadZipEntry[];
}

/** Takes a `*.littoral.zip` apart: exactly `bundle.zip` and `bundle.dsse.json`. */
export function openBundle(bytes: Uint8Array, limits: BundleLimits): OpenedBundle | Refusal {
  if (bytes.length > limits.bytesMax) return refuse('TOO_LARGE', `the file has ${bytes.length} bytes, at most ${limits.bytesMax} are allowed`);
  const entries = readZip(bytes, zipLimits(limits));
  if (entries instanceof ZipProblem) return refuse('ZIP_INVALID', `the bundle file is refused as an archive: ${entries.message}`);
  const find = (path: string): Uint8Array | undefined => entries.find(entry => entry.path === path)?.bytes;
  const zip = find(BUNDLE_ENTRY);
  const signed = find(ENVELOPE_ENTRY);
  if (zip === undefined || signed === undefined || entries.length !== 2) {
    const names = entries.map(entry => JSON.stringify(entry.path)).slice(0, 10);
    return refuse('NOT_A_BUNDLE', `the file holds ${names.join(', ') || 'nothing'}; expected exactly "${BUNDLE_ENTRY}" and "${ENVELOPE_ENTRY}"`);
  }
  if (signed.length > ENVELOPE_BYTES_MAX) return refuse('TOO_LARGE', `"${ENVELOPE_ENTRY}" has ${signed.length} bytes, at most ${ENVELOPE_BYTES_MAX} are allowed`);
  const envelope = parseEnvelope(signed);
  if (typeof envelope === 'string') return refuse('ENVELOPE_INVALID', `"${ENVELOPE_ENTRY}" is no DSSE envelope: ${envelope}`);
  return { ok: true, zip, envelope, outerEntries: entries };
}

export function zipLimits(limits: BundleLimits): ZipLimits {
  return { bytesMax: limits.bytesMax, entriesMax: limits.entriesMax };
}
