import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../engine/plan/plan';
import { buildLittoral, startLittoral, type LittoralBuild, type LittoralProcess } from '../../sim/faults/littoral-process';
import { makeBundle, makeSigning, type Signing } from '../bundles';
import { freePort, startMosquitto, type Mosquitto } from '../mosquitto';
import { Receiver } from '../sink/receiver';
import { filesBelow, formsOf, leaksIn } from './secret-scan';

const TLS = join(import.meta.dirname, '..', 'mqtt', 'tls');
const T0 = Date.UTC(2026, 0, 1);
const word = (): string => `s3cr3t-${randomBytes(15).toString('base64url')}`;

const PASSWORD = word();
const WRONG_PASSWORD = word();
const TOKEN = word();
const FIELD_KEY = randomBytes(32);
const TOKEN_KEY = randomBytes(32);
const TLS_KEY = readFileSync(join(TLS, 'client.key'), 'utf8');

let folder = '';
let build: LittoralBuild;
let broker: Mosquitto;
let signing: Signing;
const receiver = new Receiver();
/** Everything that was said or answered, by where. */
const heard = new Map<string, string>();
const secrets: Record<string, readonly Buffer[]> = {
  'broker password': formsOf(PASSWORD),
  'wrong password': formsOf(WRONG_PASSWORD),
  'HTTP credential': formsOf(TOKEN),
  'field key': keyForms(FIELD_KEY),
  'token key': keyForms(TOKEN_KEY),
  'TLS key': TLS_KEY.split('\n').filter(line => line.length > 20 && !line.startsWith('-')).map(line => Buffer.from(line))
};

function keyForms(key: Buffer): readonly Buffer[] {
  return [key, ...['base64url', 'hex'].map(form => Buffer.from(key.toString(form as 'hex'))), Buffer.from(key.toString('base64').replace(/=+$/, ''))];
}

/** Encrypts a column and sends rows to the broker, to a lake and to a server that wants a token. */
const PLAN: Plan = {
  littoralPlan: 1,
  name: 'guarded',
  delivery: 'atLeastOnce',
  nodes: [
    {
      id: 'in',
      op: 'source',
      config: {
        connector: 'mqtt',
        topic: 'plant/+/value',
        connection: 'plant',
        decoder: { format: 'json' },
        schema: { fields: [{ name: 'device', type: 'utf8', nullable: false }, { name: 'tMs', type: 'timestampMs', nullable: false }, { name: 'value', type: 'float64', nullable: true }] },
        eventTime: 'tMs',
        topicColumns: { device: 1 },
        maxOutOfOrdernessMs: 0,
        maxFutureSkewMs: null,
        idleTimeoutMs: null,
        watermarkPer: 'source'
      }
    },
    { id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['device'] } },
    { id: 'sealed', op: 'encrypt', input: 'keyed', config: { columns: ['value'], keyRef: 'plant', tokens: { value: 'same' } } },
    { id: 'out', op: 'sink', input: 'sealed', config: { connector: 'mqtt', name: 'out', topic: 'out/{device}', connection: 'plant', qos: 1, retain: false } },
    { id: 'up', op: 'sink', input: 'sealed', config: { connector: 'http', name: 'up', path: 'rows', connection: 'cloud', method: 'POST' } },
    { id: 'lake', op: 'sink', input: 'sealed', config: { connector: 'lake', name: 'lake', table: 'rows', partitionBy: [] } }
  ]
};

const inFolder = (name: string): string => join(folder, name);

function start(name: string, options: { readonly password?: string; readonly keys?: string; readonly brokerUrl?: string; readonly more?: readonly string[]; readonly bundleFile?: string } = {}): LittoralProcess {
  const { password = 'broker.secret', keys = 'keys.json', brokerUrl = broker.url, more = [], bundleFile } = options;
  const agent = startLittoral(build, {
    dataDir: inFolder('data'),
    trustFile: signing.trustFile,
    brokerUrl,
    ...(bundleFile === undefined ? {} : { bundleFile }),
    env: { LITTORAL_DEBUG: '1', CLOUD_TOKEN: TOKEN },
    more: ['--secret', `broker=file:${inFolder(password)}`, '--secret', 'cloud=env:CLOUD_TOKEN', '--connection', `cloud=${receiver.url}`, '--keys', inFolder(keys), '--log-level', 'debug', '--log-format', 'json', ...more]
  });
  void agent.ended.then(() => heard.set(`log of ${name}`, agent.words()));
  return agent;
}

/** Waits until the agent has said `words`. */
async function says(agent: LittoralProcess, words: RegExp): Promise<void> {
  while (!words.test(agent.words())) {
    if (agent.process.exitCode !== null) throw new Error(`ended before it said ${String(words)}: ${agent.words()}`);
    await new Promise(done => setTimeout(done, 10));
  }
}

async function ask(url: string, path: string, init: RequestInit = {}): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`${url}${path}`, init);
  const text = await answer.text();
  heard.set(`${init.method ?? 'GET'} ${path} ${heard.size}`, text);
  return { status: answer.status, text };
}

async function publish(count: number): Promise<void> {
  const client = await mqtt.connectAsync(broker.url, { username: 'agent', password: PASSWORD });
  for (let index = 0; index < count; index++) await client.publishAsync('plant/a/value', JSON.stringify({ tMs: T0 + index, value: index }), { qos: 1 });
  await client.publishAsync('plant/a/value', 'no JSON', { qos: 1 });
  await client.endAsync();
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-secrets-'));
  [build, broker] = await Promise.all([buildLittoral(), startMosquitto({ users: { agent: PASSWORD }, persistence: true })]);
  await receiver.listen();
  receiver.answer = index => ({ status: index === 0 ? 401 : index === 1 ? 500 : 200 });
  signing = makeSigning(inFolder('trust.json'));
  writeFileSync(inFolder('broker.secret'), `agent:${PASSWORD}\n`, { mode: 0o600 });
  writeFileSync(inFolder('wrong.secret'), `agent:${WRONG_PASSWORD}\n`, { mode: 0o600 });
  writeFileSync(inFolder('keys.json'), JSON.stringify({ plant: { keys: [{ kty: 'oct', kid: '00000001', k: FIELD_KEY.toString('base64url') }, { kty: 'oct', kid: '00000002', alg: 'HS256', k: TOKEN_KEY.toString('base64url') }] } }), { mode: 0o600 });
  const recording = [JSON.stringify({ arrivalTimeMs: T0, topic: 'plant/a/value', payload: { tMs: T0, value: 1 } })];
  writeFileSync(inFolder('guarded-1.littoral.zip'), await makeBundle({ plan: PLAN, signing, release: 1, recording }));
  mkdirSync(inFolder('data'), { mode: 0o755 });
});
afterAll(async () => {
  await receiver.close();
  await broker.stop();
  build.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe('an agent with a password, a token, a TLS key and field keys', () => {
  it('works, is refused, fails and is killed', async () => {
    const first = start('work', { bundleFile: inFolder('guarded-1.littoral.zip') });
    const url = await first.live();
    await says(first, /connected to/);
    const token = readFileSync(inFolder('data/admin.token'), 'utf8').trim();
    secrets['admin token'] = formsOf(token);
    await publish(20);
    while (receiver.received.length < 10) await new Promise(done => setTimeout(done, 10));
    expect(receiver.received.some(({ headers }) => String(headers.authorization).includes(TOKEN))).toBe(true);
    for (const path of ['/metrics', '/status', '/healthz', '/readyz', '/nothing']) await ask(url, path);
    expect((await ask(url, '/bundles', { method: 'POST', body: 'x', headers: { authorization: `Bearer ${WRONG_PASSWORD}` } })).status).toBe(401);
    expect((await ask(url, '/bundles', { method: 'POST', body: 'no bundle', headers: { authorization: `Bearer ${token}` } })).status).toBe(422);
    await first.end('SIGKILL');

    const wrong = start('wrong password', { password: 'wrong.secret' });
    const wrongUrl = await wrong.live();
    await says(wrong, /not authori[sz]ed|refused|unauthori[sz]ed/i);
    for (const path of ['/metrics', '/status', '/readyz']) await ask(wrongUrl, path);
    expect(await wrong.end('SIGTERM')).toBe(0);

    const tls = start('TLS error', { brokerUrl: broker.url.replace('mqtt:', 'mqtts:'), more: ['--tls-ca', join(TLS, 'ca.crt'), '--tls-cert', join(TLS, 'client.crt'), '--tls-key', `file:${join(TLS, 'client.key')}`] });
    const tlsUrl = await tls.live();
    await says(tls, /no connection \(/);
    await ask(tlsUrl, '/status');
    expect(await tls.end('SIGTERM')).toBe(0);

    const missing = start('missing secret', { password: 'nothing.secret' });
    await says(missing, /SECRET|cannot be read/);
    missing.process.kill('SIGTERM');
    await missing.ended;

    writeFileSync(inFolder('broken.json'), readFileSync(inFolder('keys.json'), 'utf8').replace('"kty"', '"kyt"'));
    const broken = start('broken key file', { keys: 'broken.json' });
    expect(await broken.ended).not.toBe(0);
  }, 120_000);

  it('leaves no secret in what it says, answers or writes', () => {
    expect(heard.size).toBeGreaterThan(12);
    const said = [...heard].flatMap(([where, text]) => leaksIn(Buffer.from(text), secrets).map(what => `${what} in ${where}`));
    const files = [...filesBelow(inFolder('data')), { path: 'bundle', bytes: readFileSync(inFolder('guarded-1.littoral.zip')), mode: 0 }];
    const written = files.flatMap(({ path, bytes }) => leaksIn(bytes, secrets).filter(what => !(what === 'admin token' && path === 'admin.token')).map(what => `${what} in ${path}`));
    expect([...said, ...written]).toEqual([]);
    expect(files.length).toBeGreaterThan(4);
  });

  it('finds a secret that is there', () => {
    expect(leaksIn(Buffer.from(`x${Buffer.from(PASSWORD).toString('base64')}`), secrets)).toEqual(['broker password']);
  });

  it('keeps what it writes for its owner alone', () => {
    expect(statSync(inFolder('data')).mode & 0o777).toBe(0o700);
    expect(statSync(inFolder('data/admin.token')).mode & 0o777).toBe(0o600);
    const store = filesBelow(inFolder('data')).filter(({ path }) => /^(agent\.db|lock\.db)/.test(path));
    expect(store.filter(({ mode }) => mode !== 0o600).map(({ path, mode }) => `${path} ${mode.toString(8)}`)).toEqual([]);
  });

  it('listens where only this machine reaches it', async () => {
    const agent = start('loopback', { more: ['--http', '127.0.0.1:0'] });
    const { port } = new URL(await agent.live());
    const outside = Object.values(networkInterfaces()).flat().find(address => address !== undefined && address.family === 'IPv4' && !address.internal)?.address;
    if (outside !== undefined) expect(await reachable(outside, Number(port))).toBe(false);
    expect(await agent.end('SIGTERM')).toBe(0);
    const public_ = start('public address', { more: ['--http', `192.0.2.1:${await freePort()}`] });
    expect(await public_.ended).toBe(3);
  }, 60_000);
});

function reachable(host: string, port: number): Promise<boolean> {
  return new Promise(done => {
    const request = http.get({ host, port, path: '/status', timeout: 2_000 }, answer => done(answer.resume().statusCode !== undefined));
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', () => done(false));
  });
}
