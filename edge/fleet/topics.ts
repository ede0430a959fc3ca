/** Topics of a fleet; everything on them is retained. */
const ROOT = 'littoral/fleet';

/** What an agent says of itself (`AgentReport`). */
export const reportTopic = (agent: string): string => `${ROOT}/${agent}/status`;
/** What an agent is to run (`DesiredBundle`). */
export const desiredTopic = (agent: string): string => `${ROOT}/${agent}/desired`;
/** Piece `index` of the bundle file with this SHA-256. */
export const chunkTopic = (fileSha256: string, index: number): string => `${ROOT}/bundles/${fileSha256}/${index}`;
export const ALL_REPORTS = `${ROOT}/+/status`;
export const ALL_DESIRED = `${ROOT}/+/desired`;

/** Bytes of a bundle file in one message. */
export const CHUNK_BYTES = 64 * 1024;
/** Larger bundles are fetched from an address. */
export const CHUNKS_MAX = 1_024;

/** The agent and what it is about, of the topic of a report or a wish; null for other topics. */
export function agentOfTopic(topic: string): { readonly agent: string; readonly about: 'status' | 'desired' } | null {
  const match = /^littoral\/fleet\/([^/]+)\/(status|desired)$/.exec(topic);
  return match?.[1] === undefined ? null : { agent: match[1], about: match[2] === 'status' ? 'status' : 'desired' };
}

/** Letters, digits, ".", "_", "-": what an agent may be called, so that its name is one level of a topic. */
export function isAgentName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) && name !== 'bundles';
}
