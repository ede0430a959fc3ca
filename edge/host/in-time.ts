import { LittoralError } from '../../engine/error';

const PROGRAM_MS_MAX = 60_000;

/**
 * What `program` gives, or a rejection with `PIPELINE_ENDLESS`: when it takes too long, or as soon as the process has
 * nothing left to do that could make it go on.
 */
export async function inTime<T>(program: Promise<T>, path: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onIdle = (): void => undefined;
  const endless = new Promise<never>((_resolve, reject) => {
    const refuse = (seen: string): void =>
      reject(new LittoralError('PIPELINE_ENDLESS', `"${path}": ${seen}; a program that ends was expected. Define the pipeline without waiting for live data.`));
    timer = setTimeout(() => refuse(`it was still running after ${PROGRAM_MS_MAX / 1_000} s`), PROGRAM_MS_MAX).unref();
    onIdle = () => refuse('it waits for something that never comes');
    process.once('beforeExit', onIdle);
  });
  try {
    return await Promise.race([program, endless]);
  } finally {
    clearTimeout(timer);
    process.off('beforeExit', onIdle);
  }
}
