import { decodeEffects } from './effect-codec';
import { SerialSink, TryAgain, type DrainOptions } from './serial-sink';

/** Writes lines to a stream: at least once, because it confirms nothing. A kill between writing and deleting writes them twice. */
export function stdoutSink(options: DrainOptions, stream: NodeJS.WritableStream): SerialSink {
  return new SerialSink(options, async (row, settle) => {
    const bytes = Buffer.concat(decodeEffects(row.body).map(effect => effect.payload));
    await new Promise<void>((done, fail) => {
      stream.write(bytes, error => (error === null || error === undefined ? done() : fail(new TryAgain(`standard output: ${error.message}`))));
    });
    await settle(() => undefined);
  });
}
