import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { LittoralError } from '../../engine/error';
import { RecordingReader } from '../../engine/recording/recording-reader';
import type { RecordedInput } from '../../engine/recording/recorded-input';
import { FILE_BYTES_MAX, readFileHead } from './files';

/** The bytes of a recording (`*.recording.ndjson`, gzip or not) in pieces, never the whole at once. */
export async function* recordingPieces(path: string): AsyncGenerator<Uint8Array> {
  const stats = await stat(path);
  const { size } = stats;
  if (!stats.isFile()) throw new LittoralError('FILE_EXPECTED', `"${path}": it is not a file; a recording was expected. Check the path.`);
  const head = await readFileHead(path, 2);
  const gzip = head[0] === 0x1f && head[1] === 0x8b;
  let unpacked = 0;
  const source = createReadStream(path, { highWaterMark: 1 << 18 });
  const pieces = gzip ? source.pipe(createGunzip()) : source;
  source.on('error', error => pieces.destroy(error));
  try {
    for await (const piece of pieces) {
      if (!(piece instanceof Uint8Array)) continue;
      unpacked += piece.length;
      if (gzip && unpacked > FILE_BYTES_MAX.recording) throw tooLarge(path, size);
      yield piece;
    }
  } catch (error) {
    throw gzip && isZlibError(error) ? damaged(path, error) : error;
  } finally {
    source.destroy();
  }
}

/** The inputs of a recording in groups, in their order. Rejects with `RECORDING_FORMAT` naming file and line. */
export async function* recordingInputs(path: string): AsyncGenerator<readonly RecordedInput[]> {
  const reader = new RecordingReader();
  try {
    for await (const piece of recordingPieces(path)) yield reader.push(piece);
    yield reader.end();
  } catch (error) {
    throw nameRecording(error, path);
  }
}

/** `error` of the recording's reader, with the file's name in its sentence. */
export function nameRecording(error: unknown, path: string): unknown {
  if (!(error instanceof LittoralError) || !error.code.startsWith('RECORDING_') || !error.message.startsWith('recording,')) return error;
  return new LittoralError(error.code, error.message.replace(/^recording,/, `recording "${path}",`), { details: { ...error.details, path }, cause: error });
}


function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');
}

function damaged(path: string, cause: Error): LittoralError {
  return new LittoralError('RECORDING_FORMAT', `recording "${path}": the gzip data are damaged (${cause.message}). Copy the file again.`, { cause });
}

function tooLarge(path: string, size: number): LittoralError {
  return new LittoralError(
    'LIMIT_RECORDING',
    `recording "${path}": its ${size} bytes of gzip unpack to more than ${FILE_BYTES_MAX.recording} bytes; a smaller recording was expected. Unpack it first if it is wanted as it is.`
  );
}
