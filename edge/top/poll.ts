import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LittoralError } from '../../engine/error';
import { parseSnapshot, type TopSnapshot } from './snapshot';

/** Where the agent is: its address, or its data folder, which names the address of the moment. */
export type AgentPlace = { readonly url: string } | { readonly dataDir: string };

const ANSWER_MS_MAX = 3_000;
const ANSWER_BYTES_MAX = 4 << 20;

/** The agent's address. Rejects with `AGENT_UNREACHABLE` when its folder names none. */
export async function addressOf(place: AgentPlace): Promise<string> {
  if ('url' in place) return place.url.replace(/\/+$/, '');
  const file = join(place.dataDir, 'http.json');
  try {
    const { url } = JSON.parse(await readFile(file, 'utf8')) as { url?: unknown };
    if (typeof url === 'string') return url;
  } catch (cause) {
    throw unreachable(`"${file}" cannot be read`, 'Check --data; the file is there once the agent has started', cause);
  }
  throw unreachable(`"${file}" names no address`, 'Start the agent again');
}

/** What the agent says now. Rejects with `AGENT_UNREACHABLE` or `STATUS_UNREADABLE`. */
export async function pollStatus(address: string): Promise<TopSnapshot> {
  let text: string;
  try {
    const response = await fetch(`${address}/status`, { signal: AbortSignal.timeout(ANSWER_MS_MAX), redirect: 'error' });
    if (!response.ok) throw unreachable(`${address}/status answers ${response.status}`, 'Check the address');
    text = await boundedText(response, address);
  } catch (cause) {
    if (cause instanceof LittoralError) throw cause;
    throw unreachable(`${address} does not answer (${reasonOf(cause)})`, 'Check that the agent runs', cause);
  }
  try {
    return parseSnapshot(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof LittoralError) throw cause;
    throw new LittoralError('STATUS_UNREADABLE', `agent ${address}: /status is not JSON; expected the document of an agent. Check the address.`, { cause });
  }
}

async function boundedText(response: Response, address: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    parts.push(part);
    length += part.length;
    if (length > ANSWER_BYTES_MAX) throw unreachable(`${address}/status is longer than ${ANSWER_BYTES_MAX} bytes`, 'Check the address');
  }
  return Buffer.concat(parts).toString('utf8');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : error.message;
}

function unreachable(seen: string, next: string, cause?: unknown): LittoralError {
  return new LittoralError('AGENT_UNREACHABLE', `agent: ${seen}; expected a running agent. ${next}.`, { cause, retryable: true });
}
