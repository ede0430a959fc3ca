import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AgentProcess } from './agent-process';

/**
 * The page's way to the local agent: the admin token stays on this side. `POST keys` adds a public key to the trust file
 * that the workbench made for its own agent; an agent elsewhere gets its trust file out of band.
 */
export async function proxyAgent(request: IncomingMessage, response: ServerResponse, path: string, agent: AgentProcess | null): Promise<void> {
  if (agent === null) return answer(response, 503, { ok: false, reason: 'NO_AGENT', detail: 'This workbench was started with --no-agent.' });
  if (path === 'keys' && request.method === 'POST') return addKey(request, response, agent.trustFile);
  const endpoint = agent.endpoint();
  if (endpoint === null) return answer(response, 503, { ok: false, reason: 'AGENT_STARTING', detail: 'The agent is starting; try again in a second.' });
  const upstream = http.request(`${endpoint.url}/${path}`, {
    method: request.method,
    headers: {
      authorization: `Bearer ${endpoint.token}`,
      ...(request.headers['content-type'] === undefined ? {} : { 'content-type': request.headers['content-type'] }),
      ...(request.headers['content-length'] === undefined ? {} : { 'content-length': request.headers['content-length'] })
    }
  });
  upstream.on('response', reply => {
    response.writeHead(reply.statusCode ?? 502, { 'Content-Type': reply.headers['content-type'] ?? 'application/json' });
    reply.pipe(response);
  });
  upstream.on('error', error => {
    if (response.headersSent) response.destroy();
    else answer(response, 502, { ok: false, reason: 'AGENT_UNREACHABLE', detail: `The agent did not answer (${error.message}); it is started again by itself.` });
  });
  request.pipe(upstream);
}

const KEY_BYTES_MAX = 4_096;

async function addKey(request: IncomingMessage, response: ServerResponse, trustFile: string): Promise<void> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > KEY_BYTES_MAX) return answer(response, 413, { ok: false, reason: 'TOO_LARGE', detail: `A public key has at most ${KEY_BYTES_MAX} bytes.` });
  }
  const x = publicKeyOf(body);
  if (x === null) return answer(response, 400, { ok: false, reason: 'BAD_KEY', detail: 'Expected a JWK with kty "OKP", crv "Ed25519" and a 32-byte x.' });
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(x, 'base64url')]);
  const keyid = createHash('sha256').update(spki).digest('hex');
  const trust = JSON.parse(readFileSync(trustFile, 'utf8')) as { version: number; threshold: number; keys: { keyid: string }[] };
  if (!trust.keys.some(key => key.keyid === keyid)) {
    trust.version += 1;
    trust.keys.push({ keyid, kty: 'OKP', crv: 'Ed25519', x } as { keyid: string });
    writeFileSync(`${trustFile}.tmp`, `${JSON.stringify(trust, null, 2)}\n`);
    renameSync(`${trustFile}.tmp`, trustFile);
  }
  answer(response, 200, { ok: true, keyid });
}

function publicKeyOf(body: string): string | null {
  try {
    const key = JSON.parse(body) as { kty?: unknown; crv?: unknown; x?: unknown } | null;
    if (key === null || key.kty !== 'OKP' || key.crv !== 'Ed25519' || typeof key.x !== 'string') return null;
    return Buffer.from(key.x, 'base64url').length === 32 ? key.x : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
