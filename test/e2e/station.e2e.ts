import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, startStation, type RunningStation } from './support/processes';

let station: RunningStation;
beforeAll(async () => {
  station = await startStation();
});
afterAll(() => station?.close());

function status(path: string, headers: Record<string, string>): Promise<number> {
  const url = new URL(path, station.origin);
  return new Promise((done, fail) => {
    http.get({ host: url.hostname, port: url.port, path, headers }, response => {
      response.resume();
      done(response.statusCode ?? 0);
    }).on('error', fail);
  });
}

describe('the workbench that npm start runs', () => {
  it('offers its broker, agent and lake to the page', async () => {
    const config = (await (await fetch(`${station.origin}/littoral/config.json`)).json()) as { broker: { wsUrl: string } };
    expect(config).toMatchObject({ version: 1, broker: { name: 'plant', wsUrl: station.brokerWsUrl }, agent: { url: '/littoral/agent' }, lake: { url: '/littoral/lake/' } });
  });

  it('serves the lake with byte ranges and lists it in a manifest', async () => {
    writeFileSync(join(station.dataDir, 'lake/probe.bin'), Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]));
    const part = await fetch(`${station.origin}/littoral/lake/probe.bin`, { headers: { Range: 'bytes=2-4' } });
    expect(part.status).toBe(206);
    expect([...new Uint8Array(await part.arrayBuffer())]).toEqual([2, 3, 4]);
    const tail = await fetch(`${station.origin}/littoral/lake/probe.bin`, { headers: { Range: 'bytes=-2' } });
    expect([...new Uint8Array(await tail.arrayBuffer())]).toEqual([6, 7]);
    expect((await fetch(`${station.origin}/littoral/lake/probe.bin`, { headers: { Range: 'bytes=99-' } })).status).toBe(416);
    const manifest = (await (await fetch(`${station.origin}/littoral/lake/manifest.json`)).json()) as { files: { path: string; bytes: number }[] };
    expect(manifest.files).toMatchObject([{ path: 'probe.bin', bytes: 8 }]);
  });

  it('serves nothing outside its folders', async () => {
    for (const path of ['/littoral/lake/../agent/admin.token', '/littoral/lake/%2e%2e/agent/admin.token', '/littoral/lake/..%2fagent%2fadmin.token', '/../tsconfig.json', '/%2e%2e/tsconfig.json', '/..%2ftsconfig.json']) {
      expect(await status(path, {}), path).not.toBe(200);
    }
  });

  it('answers neither a foreign host name nor a page of another site', async () => {
    expect(await status('/littoral/config.json', { host: 'evil.example' })).toBe(403);
    expect(await status('/littoral/agent/readyz', { origin: 'http://evil.example' })).toBe(403);
  });

  it('takes only an Ed25519 public key into the trust file of its agent', async () => {
    const post = (body: string): Promise<Response> => fetch(`${station.origin}/littoral/agent/keys`, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
    expect((await post('{"kty":"RSA"}')).status).toBe(400);
    expect((await post('not json')).status).toBe(400);
    expect((await post('x'.repeat(10_000))).status).toBe(413);
    const x = Buffer.alloc(32, 7).toString('base64url');
    expect((await post(JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x }))).status).toBe(200);
    const trust = JSON.parse(readFileSync(join(station.dataDir, 'trust.json'), 'utf8')) as { keys: { x: string }[] };
    expect(trust.keys.map(key => key.x)).toEqual([x]);
  });

  it('replaces taken ports by free ones and says so', async () => {
    const port = new URL(station.origin).port;
    const second = await startStation('--port', port, '--no-agent', '--no-simulator');
    expect(second.lines.some(line => line.includes(`port ${port} for the site is taken`))).toBe(true);
    await second.close();
  });
});

describe('Ctrl-C', () => {
  it('ends the workbench and its agent within five seconds', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'littoral-stop-'));
    const child = spawn(process.execPath, [join(root, 'lib/edge/station.mjs'), '--port', '0', '--data', dataDir], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise<void>(done => child.stdout.on('data', data => String(data).includes('Littoral is ready') && done()));
    const address = join(dataDir, 'agent/http.json');
    await expect.poll(() => existsSync(address), { timeout: 20_000 }).toBe(true);
    const { pid } = JSON.parse(readFileSync(address, 'utf8')) as { pid: number };
    const ended = new Promise<number | null>(done => child.on('exit', done));
    const stopped = Promise.race([ended, new Promise<'too late'>(done => setTimeout(() => done('too late'), 5_000))]);
    child.kill('SIGINT');
    expect(await stopped).toBe(0);
    expect(() => process.kill(pid, 0)).toThrow();
    rmSync(dataDir, { recursive: true, force: true });
  });
});
