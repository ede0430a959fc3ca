import { DEFAULT_BUNDLE_LIMITS, openBundle, zipLimits } from '../../engine/bundle/open-bundle';
import { MANIFEST_PATH, parseManifest } from '../../engine/bundle/manifest';
import type { Manifest } from '../../engine/bundle/manifest';
import { crcProblem, readZip, ZipProblem } from '../../engine/bundle/read-zip';
import { parseStatement } from '../../engine/bundle/statement';
import type { BundleStatement } from '../../engine/bundle/statement';
import { LittoralError } from '../../engine/error';

/** A bundle read without trusting it: its signature has not been checked. */
export interface UntrustedBundle {
  readonly statement: BundleStatement;
  readonly manifest: Manifest;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly signatures: number;
}

/** Whether the bytes begin like a zip archive. */
export function looksLikeBundle(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04;
}

/** Reads a `*.littoral.zip` by the strict rules, signature aside. Throws `BUNDLE_UNREADABLE` with the reason. */
export function readUntrustedBundle(bytes: Uint8Array, path: string): UntrustedBundle {
  const opened = openBundle(bytes, DEFAULT_BUNDLE_LIMITS);
  if (!opened.ok) throw unreadable(path, opened.detail);
  const statement = parseStatement(opened.envelope.payload);
  if (typeof statement === 'string') throw unreadable(path, `its statement is not about a bundle: ${statement}`);
  const entries = readZip(opened.zip, zipLimits(DEFAULT_BUNDLE_LIMITS));
  if (entries instanceof ZipProblem) throw unreadable(path, `its archive is refused: ${entries.message}`);
  const broken = crcProblem(opened.outerEntries) ?? crcProblem(entries);
  if (broken !== null) throw unreadable(path, `its archive is refused: ${broken.message}`);
  const files = new Map(entries.map(entry => [entry.path, entry.bytes]));
  const manifest = parseManifest(files.get(MANIFEST_PATH) ?? new Uint8Array(0));
  if (typeof manifest === 'string') throw unreadable(path, `"${MANIFEST_PATH}" cannot be read: ${manifest}`);
  return { statement, manifest, files, signatures: opened.envelope.signatures.length };
}

function unreadable(path: string, seen: string): LittoralError {
  return new LittoralError('BUNDLE_UNREADABLE', `bundle "${path}": ${seen}. Copy it again, or make it anew with \`littoral bundle\`.`);
}
