import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent } from '../../../edge/agent/agent';
import type { AgentHandle, AgentOptions } from '../../../edge/agent/agent-api';
import { ConnectionBook } from '../../../edge/connection/connection-book';
import { SecretRing } from '../../../edge/secrets/secret-ring';
import type { Plan } from '../../../engine/plan/plan';
import { makeBundle, makeSigning, type Signing } from '../bundles';
import { readingRecording } from '../source/plans';

const TOKEN = 'a token of the test';

/** A data folder whose agent takes posted messages; one agent at a time. */
export class PostingAgent {
  readonly folder = mkdtempSync(join(tmpdir(), 'littoral-posting-'));
  readonly said: string[] = [];
  agent: AgentHandle | null = null;
  private readonly signing: Signing = makeSigning(join(this.folder, 'trust.json'));

  /** Starts the agent with these connections beside `intake`. */
  async start(connections: readonly string[], options: Partial<AgentOptions> = {}, secrets: Readonly<Record<string, string>> = {}): Promise<AgentHandle> {
    const environment = { TOKEN, ...secrets };
    const ring = SecretRing.parse(['intake=env:TOKEN', ...Object.keys(secrets).map(name => `${name.toLowerCase()}=env:${name}`)], { environment });
    this.agent = await startAgent({ dataDir: join(this.folder, 'data'), trustFile: this.signing.trustFile, connections: ConnectionBook.parse(['intake=ingest:', ...connections], ring), log: line => this.said.push(line), ...options });
    return this.agent;
  }

  async deploy(plan: Plan, release = 1): Promise<unknown> {
    return this.agent?.deploy(await makeBundle({ plan, signing: this.signing, release, recording: [readingRecording(1)] }));
  }

  post(path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`${this.agent?.url ?? ''}/ingest/${path}`, { method: 'POST', body, headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
  }

  /** Posts to a path exactly as it is written, which `fetch` would tidy up; gives the status. */
  postRaw(path: string, body: string): Promise<number> {
    return new Promise((done, fail) => {
      const { hostname, port } = new URL(this.agent?.url ?? '');
      const sent = request({ hostname, port, path, method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } }, answer => done(answer.resume().statusCode ?? 0));
      sent.once('error', fail);
      sent.end(body);
    });
  }

  /** Posts readings of device `a` with these values, one a second of event time. */
  async readings(...values: readonly number[]): Promise<void> {
    for (const value of values) {
      const answer = await this.post('readings/a', JSON.stringify({ tMs: 1_700_000_000_000 + value * 1_000, value }));
      if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
    }
  }

  dropped(reason: string): number {
    return (this.agent?.status()['dropped'] as Record<string, number> | undefined)?.[reason] ?? 0;
  }

  async stop(): Promise<void> {
    await this.agent?.stop();
    this.agent = null;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
