import type { RecordingRef, RecordOptions } from '../../../engine/api/host';
import { quotedNames } from '../../../engine/did-you-mean';
import { LittoralError } from '../../../engine/error';
import type { EngineService, RecordingInfo } from '../../../worker/protocol';
import type { CellContext } from '../runtime/context';
import { bundle } from '../runtime/representation';
import { bytesText, countText } from './views';

export interface RecordTopicOptions {
  readonly topic: string;
  readonly options: RecordOptions;
  readonly engine: EngineService;
  readonly context: CellContext;
  readonly displayId: string;
  readonly delay: (delayMs: number) => Promise<void>;
}

const PROGRESS_MS = 1_000;

/** Records `topic` and shows how far it is; an interrupt keeps what was recorded so far. */
export async function recordTopic({ topic, options, engine, context, displayId, delay }: RecordTopicOptions): Promise<RecordingRef> {
  const { seconds, name } = options;
  if (!(seconds > 0)) throw new LittoralError('RECORD_SECONDS', `record("${topic}"): seconds is ${seconds}, expected a positive number. Write record("${topic}", { seconds: 60 }).`);
  const connection = options.connection ?? (await onlyConnection(engine, topic));
  const started = await engine.startRecording(connection, topic, { name, seconds });
  const show = (info: RecordingInfo, update: boolean): void => context.output.display(bundle({ 'text/plain': progressText(info, seconds) }), displayId, update);
  show(started, false);
  const stop = (): void => void engine.stopRecording(started.name).catch(() => undefined);
  context.abort.signal.addEventListener('abort', stop, { once: true });
  let isDone = false;
  const done = engine.recordingDone(started.name).finally(() => {
    isDone = true;
  });
  try {
    while (!isDone) {
      await Promise.race([done, delay(PROGRESS_MS)]);
      const now = isDone ? null : (await engine.recordings()).find(info => info.name === started.name);
      if (now) show(now, true);
    }
    const info = await done;
    show(info, true);
    return { name: info.name, messages: info.messages, bytes: info.bytes, durationMs: info.durationMs };
  } finally {
    context.abort.signal.removeEventListener('abort', stop);
  }
}

async function onlyConnection(engine: EngineService, topic: string): Promise<string> {
  const connections = await engine.connections();
  const connected = connections.filter(({ status }) => status.state === 'connected');
  const [first, second] = connected.length > 0 ? connected : connections;
  if (first === undefined) throw new LittoralError('NOT_CONNECTED', `record("${topic}"): there is no connection. Add one in the Streams panel, then run the cell again.`, { retryable: true });
  if (second !== undefined) throw new LittoralError('CONNECTION_AMBIGUOUS', `record("${topic}"): there are several connections, ${quotedNames(connections.map(one => one.name))}. Say which: record("${topic}", { seconds: 60, connection: "${first.name}" }).`);
  return first.name;
}

function progressText({ name, messages, bytes, durationMs, state }: RecordingInfo, seconds: number): string {
  const size = `${countText(messages)} messages, ${bytesText(bytes)}`;
  const elapsed = Math.round(durationMs / 1_000);
  if (state === 'recording') return `recording "${name}": ${elapsed} of ${seconds} s, ${size}`;
  return state === 'complete' ? `recorded "${name}": ${elapsed} s, ${size}` : `recording "${name}" was interrupted after ${elapsed} s: ${size} are kept`;
}
