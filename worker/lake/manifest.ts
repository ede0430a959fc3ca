import { LittoralError } from '../../engine/error';
import { isRecord } from '../../engine/lake/record';
import { isInside } from '../../engine/lake/table-path';
import type { LakeEntry } from './lake-source';

const FILES_MAX = 1_000_000;

/** The files that a `manifest.json` lists. Throws `LAKE_MANIFEST`; paths that lead out of the lake are refused. */
export function parseManifest(text: string, lake: string): LakeEntry[] {
  const refuse = (problem: string): LittoralError =>
    new LittoralError('LAKE_MANIFEST', `lake "${lake}": manifest.json ${problem}; expected {"version":1,"files":[{"path","bytes","modifiedMs"}]}. Serve the lake with Littoral, or write the manifest again.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse('is not JSON');
  }
  if (!isRecord(value) || value['version'] !== 1) throw refuse(`has version ${JSON.stringify(isRecord(value) ? value['version'] : undefined)}`);
  const files: unknown = value['files'];
  if (!Array.isArray(files)) throw refuse('has no list "files"');
  if (files.length > FILES_MAX) throw refuse(`lists ${files.length} files, at most ${FILES_MAX} are read`);
  return files.map((file: unknown, index) => {
    if (!isRecord(file)) throw refuse(`has something else than an object at files[${index}]`);
    const { path, bytes, modifiedMs } = file;
    if (typeof path !== 'string' || !isInside(path)) throw refuse(`has ${JSON.stringify(path)} as path at files[${index}]`);
    if (typeof bytes !== 'number' || bytes < 0) throw refuse(`lacks the bytes of "${path}"`);
    return { path, bytes, modifiedMs: typeof modifiedMs === 'number' ? modifiedMs : 0 };
  });
}
