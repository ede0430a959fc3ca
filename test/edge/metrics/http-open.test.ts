import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { serveHttp } from '../../../edge/metrics/http-server';
import type { HttpAnswers, HttpServer } from '../../../edge/metrics/http-server';

let server: HttpServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const serve = async (host: string): Promise<HttpServer> => {
  const answers: HttpAnswers = {
    metrics: () => 'm 1\n',
    unhealthy: () => null,
    unready: () => null,
    status: () => ({ state: 'live' }),
    deploy: () => Promise.resolve({ ok: true }),
    features: () => Promise.resolve([]),
    ingest: (_request, response) => {
      response.end();
      return Promise.resolve();
    }
  };
  server = await serveHttp({ host, port: 0, token: 'secret', bundleBytesMax: 1_000, answers });
  return server;
};
const otherAddress = (): string | undefined => Object.values(networkInterfaces()).flatMap(list => list ?? []).find(entry => entry.family === 'IPv4' && !entry.internal)?.address;
const codeOf = async (url: string, init: RequestInit = {}): Promise<number> => {
  const response = await fetch(url, init);
  await response.text();
  return response.status;
};

describe('an agent that listens on every address, as in a container', () => {
  it('takes bundles and tells its status on this machine', async () => {
    const { port } = await serve('0.0.0.0');
    expect(await codeOf(`http://127.0.0.1:${port}/status`)).toBe(200);
    expect(await codeOf(`http://127.0.0.1:${port}/bundles`, { method: 'POST', body: 'x', headers: { authorization: 'Bearer secret' } })).toBe(200);
  });

  it('gives others health, metrics and the doors that have a token of their own, and nothing else', async () => {
    const address = otherAddress();
    const { port } = await serve('0.0.0.0');
    const url = `http://${address ?? '127.0.0.1'}:${port}`;
    for (const path of ['/metrics', '/healthz', '/readyz', '/ingest/plant/a']) expect(await codeOf(`${url}${path}`)).toBe(200);
    const refused = address === undefined ? 200 : 403;
    expect(await codeOf(`${url}/status`)).toBe(refused);
    expect(await codeOf(`${url}/bundles`, { method: 'POST', body: 'x', headers: { authorization: 'Bearer secret' } })).toBe(refused);
  });

  it('tells nothing to a page whose name leads to this machine, and everything to tools of this machine', async () => {
    const { port } = await serve('127.0.0.1');
    const asked = (host: string, path: string): Promise<number> =>
      new Promise((done, fail) => {
        const sent = request({ host: '127.0.0.1', port, path, headers: { host } }, answer => done(answer.resume().statusCode ?? 0));
        sent.once('error', fail);
        sent.end();
      });
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'localhost.evil.example']) {
      expect(await asked(host, '/status'), host).toBe(403);
      expect(await asked(host, '/features/view'), host).toBe(403);
      expect(await asked(host, '/metrics'), host).toBe(200);
    }
    for (const host of ['localhost', `127.0.0.1:${port}`, `[::1]:${port}`, `0.0.0.0:${port}`]) expect(await asked(host, '/status'), host).toBe(200);
  });

  it('listens on no single address of another machine', async () => {
    await expect(serve('192.0.2.1')).rejects.toMatchObject({ code: 'HTTP_LISTEN' });
  });
});
