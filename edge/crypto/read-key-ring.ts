import { readFileText } from '../host/files';
import { parseKeyRing, type KeyRing } from './key-ring';

/** The keys of `file`, else of the environment variable LITTORAL_KEYS; undefined when there are none. */
export async function readKeyRing(file: string | undefined): Promise<KeyRing | undefined> {
  if (file !== undefined) return parseKeyRing(await readFileText(file, 'key'), `key file "${file}"`);
  const text = process.env['LITTORAL_KEYS'];
  return text === undefined ? undefined : parseKeyRing(text, 'LITTORAL_KEYS');
}
