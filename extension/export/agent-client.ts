import { LittoralError } from '../../engine/error';
import { parseAgentStatus, unreachable } from './agent-status';
import type { AgentStatus } from './agent-status';

export type DeployStep = 'key' | 'send' | 'verify' | 'evidence' | 'live';
export interface DeployAnswer {
  readonly ok: boolean;
  /** Code of the refusal, e.g. `DIGEST_MISMATCH`. */
  readonly reason: string | null;
  readonly detail: string | null;
  /** The step that said no. */
  readonly failed: DeployStep | null;
}
type Fetcher = (url: string, init?: RequestInit) => Promise<Response>;
const DEPLOY_TIMEOUT_MS = 120_000;
const STATUS_TIMEOUT_MS = 5_000;

/** The local agent behind the station's proxy; the page holds no token. */
export class AgentClient {
  constructor(
    private readonly url: string,
    private readonly fetcher: Fetcher = (url, init) => fetch(url, init)
  ) {}

  /** Makes the page's public key known, sends the bundle and waits for the verdict. `onStep` is told when a step begins. */
  async deploy(options: { readonly bytes: Uint8Array; readonly publicKey: JsonWebKey; readonly onStep: (step: DeployStep) => void }): Promise<DeployAnswer> {
    options.onStep('key');
    const { kty, crv, x } = options.publicKey;
    const known = await this.post('keys', JSON.stringify({ kty, crv, x }), 'application/json');
    if (!known.ok) return { ...known, failed: 'key' };
    options.onStep('send');
    const answer = await this.post('bundles', new Blob([Uint8Array.from(options.bytes)]), 'application/zip');
    return { ...answer, failed: answer.ok ? null : stepOf(answer.reason) };
  }

  /** Never throws: an agent that does not answer is a state of its own. */
  async status(): Promise<AgentStatus> {
    const response = await this.fetcher(`${this.url}/status`, { cache: 'no-store', signal: AbortSignal.timeout(STATUS_TIMEOUT_MS) }).catch(() => null);
    const json: unknown = await response?.json().catch(() => null);
    if (response?.ok) return parseAgentStatus(json);
    const detail = typeof json === 'object' && json !== null && 'detail' in json ? json.detail : null;
    return unreachable(textOr(detail, 'It does not answer. Check that npm start runs, without --no-agent.'));
  }

  private async post(path: string, body: BodyInit, contentType: string): Promise<Omit<DeployAnswer, 'failed'>> {
    const response = await this.fetcher(`${this.url}/${path}`, { method: 'POST', headers: { 'Content-Type': contentType }, body, signal: AbortSignal.timeout(DEPLOY_TIMEOUT_MS) }).catch((error: unknown) => {
      throw new LittoralError('AGENT_UNREACHABLE', `agent ${this.url}: no answer to "${path}" (${error instanceof Error ? error.message : String(error)}). Check that npm start still runs, then deploy again.`, { retryable: true, cause: error });
    });
    const json: unknown = await response.json().catch(() => null);
    const answer = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
    if (response.ok && answer['ok'] !== false) return { ok: true, reason: null, detail: null };
    return { ok: false, reason: textOr(answer['reason'], `HTTP_${response.status}`), detail: textOr(answer['detail'], `The agent answered with status ${response.status}.`) };
  }
}

const EVIDENCE_REASONS: ReadonlySet<string> = new Set(['EVIDENCE_MISSING', 'EVIDENCE_DIFFERS', 'PLAN_REFUSED']);
const LIVE_REASONS: ReadonlySet<string> = new Set(['SINK_REFUSED', 'BUSY', 'INTERNAL']);
const SEND_REASONS: ReadonlySet<string> = new Set(['AGENT_STARTING', 'AGENT_UNREACHABLE', 'TOO_LARGE', 'UNAUTHORISED', 'METHOD', 'NOT_FOUND', 'NO_AGENT']);

/** Which step of a deployment a refusal belongs to; a reason that is not known is one of verification. */
export function stepOf(reason: string | null): DeployStep {
  if (reason === null) return 'send';
  if (EVIDENCE_REASONS.has(reason)) return 'evidence';
  if (LIVE_REASONS.has(reason)) return 'live';
  return SEND_REASONS.has(reason) || reason.startsWith('HTTP_') ? 'send' : 'verify';
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' && value !== '' ? value.slice(0, 2_000) : fallback;
}
