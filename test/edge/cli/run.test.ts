import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBroker, type EmbeddedBroker } from '../../../edge/station/broker';
import { documentOf, FIXTURES, littoralUnderTest } from './littoral';

const littoral = littoralUnderTest();
const PROGRAM = join(FIXTURES, 'pumps.pipeline.ts');
const RECORDING = join(FIXTURES, 'pumps.recording.ndjson');

let broker: EmbeddedBroker;
let agent: ChildProcess | null = null;

beforeAll(async () => {
  broker = await startBroker({ tcpPort: 0, wsPort: 0, say: () => undefined });
  await littoral.run(['keygen', '--key', 'site.key', '--trust', 'trust.json']);
  for (const release of ['1', '2']) {
    const ended = await littoral.run(['bundle', PROGRAM, '--evidence', RECORDING, '--key', 'site.key', '--release', release, '-o', `pumps-${release}.zip`]);
    expect(ended.code, ended.stderr).toBe(0);
  }
});
afterAll(async () => {
  agent?.kill('SIGKILL');
  await broker.close();
});

interface Running {
  readonly child: ChildProcess;
  stdout: string;
  stderr: string;
  readonly ended: Promise<number | null>;
  /** Resolves when stderr holds `part`. */
  says(part: string): Promise<void>;
}

function runAgent(args: readonly string[]): Running {
  const child = spawn(process.execPath, [littoral.entry, 'run', ...args], { cwd: littoral.path('.'), stdio: ['ignore', 'pipe', 'pipe'] });
  agent = child;
  const looks: (() => void)[] = [];
  const running: Running = {
    child,
    stdout: '',
    stderr: '',
    ended: new Promise(done => child.once('close', code => done(code))),
    says: part =>
      new Promise((done, fail) => {
        const look = (): void => (running.stderr.includes(part) ? done() : undefined);
        looks.push(look);
        look();
        void running.ended.then(code => fail(new Error(`ended with ${String(code)} before it said "${part}": ${running.stderr}`)));
      })
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (running.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    running.stderr += text;
    for (const look of looks) look();
  });
  return running;
}

describe('run', () => {
  test('takes a bundle live, publishes, writes the lake, and leaves with 0 on SIGTERM', async () => {
    const client = await mqtt.connectAsync(broker.tcpUrl);
    const alerts: string[] = [];
    await client.subscribeAsync('alerts/#');
    const alerted = new Promise<void>(done => client.on('message', (topic, payload) => {
      alerts.push(`${topic} ${payload.toString()}`);
      done();
    }));
    const running = runAgent(['pumps-2.zip', '--data', 'agent', '--trust', 'trust.json', '--broker', broker.tcpUrl, '--lake', 'lake', '--http', '127.0.0.1:0', '--json']);
    await running.says('listens on http://127.0.0.1:');
    const { url } = JSON.parse(readFileSync(littoral.path('agent/http.json'), 'utf8'));
    for (;;) if ((await fetch(`${url}/readyz`)).ok) break;
    const startMs = Date.now();
    for (let step = 0; step < 60; step++) {
      await client.publishAsync('site/p4/pump', JSON.stringify({ tMs: startMs + step * 100, bar: 6 + step / 50, rpm: 1_400 }), { qos: 1 });
    }
    await alerted;
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/littoral_conservation_error_records(\{[^}]*\})? 0/);
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    expect(documentOf({ code: 0, stdout: running.stdout, stderr: running.stderr })).toMatchObject({ ok: true, pipeline: 'pumps', release: 2 });
    expect(alerts[0]).toMatch(/^alerts\/p4 \{.*"peakBar":/);
    await client.endAsync();
  });

  test('refuses a bundle that is not newer, in the words of `verify --data`', async () => {
    const verdict = await littoral.run(['verify', 'pumps-1.zip', '--trust', 'trust.json', '--data', 'agent', '--json']);
    expect(verdict.code).toBe(1);
    expect(documentOf(verdict)).toMatchObject({ ok: false, reason: 'RELEASE_NOT_NEWER' });
    const fresh = await littoral.run(['verify', 'pumps-1.zip', '--trust', 'trust.json', '--json']);
    expect(fresh.code).toBe(0);
  });

  test('ends with 1 and the reason when nothing is active and the bundle is refused', async () => {
    const bytes = readFileSync(littoral.path('pumps-1.zip'));
    bytes[3_000] = (bytes[3_000] ?? 0) ^ 1;
    writeFileSync(littoral.path('tampered.zip'), bytes);
    const ended = await littoral.run(['run', 'tampered.zip', '--data', 'agent-b', '--trust', 'trust.json', '--json']);
    expect(ended.code).toBe(1);
    expect(documentOf(ended)).toMatchObject({ ok: false, reason: 'DIGEST_MISMATCH' });
  });

  test.each([
    ['an address that is none', ['--http', 'here'], 2, 'USAGE'],
    ['a broker that is no MQTT address', ['--broker', 'http://127.0.0.1'], 2, 'BROKER_URL'],
    ['an address that is not this machine’s', ['--http', '192.0.2.1:1'], 3, 'HTTP_LISTEN']
  ])('refuses %s', async (_name, more, code, reason) => {
    const ended = await littoral.run(['run', '--data', 'agent-c', '--trust', 'trust.json', ...more, '--json']);
    expect(documentOf(ended)).toMatchObject({ ok: false, reason });
    expect(ended.code).toBe(code);
  });
});

describe('lake check', () => {
  const check = (dir: string): ReturnType<typeof littoral.run> => littoral.run(['lake', 'check', dir, '--json']);
  const copy = (name: string): string => {
    cpSync(littoral.path('lake'), littoral.path(name), { recursive: true });
    return littoral.path(`${name}/pumps`);
  };
  const parquetFiles = (table: string): string[] => readdirSync(table, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.parquet')).map(name => join(table, name));

  test('finds everything in order after an agent', async () => {
    const ended = await check('lake');
    expect(documentOf(ended)).toMatchObject({ ok: true, findings: [], tables: [{ name: 'pumps', partitionColumns: ['day', 'pump'], orphans: [] }] });
    expect(ended.code).toBe(0);
    const inspected = await littoral.run(['inspect', 'lake', '--json']);
    expect(documentOf(inspected)).toMatchObject({ kind: 'lake', ok: true });
  });

  test.each([
    ['a changed byte in a data file', 'FILE_DIGEST', (table: string) => {
      const [file = ''] = parquetFiles(table);
      const bytes = readFileSync(file);
      bytes[40] = (bytes[40] ?? 0) ^ 4;
      writeFileSync(file, bytes);
    }],
    ['a data file that is gone', 'FILE_MISSING', (table: string) => rmSync(parquetFiles(table)[0] ?? '')],
    ['a data file that is longer than the log says', 'FILE_SIZE', (table: string) => appendFileSync(parquetFiles(table)[0] ?? '', 'x')],
    ['a version that is missing', 'LOG_GAP', (table: string) => rmSync(join(table, '_delta_log', '00000000000000000000.json'))],
    ['a version that was written twice', 'FILE_TWICE', (table: string) => {
      const log = join(table, '_delta_log');
      const last = readdirSync(log).sort().at(-1) ?? '';
      cpSync(join(log, last), join(log, `${String(Number(last.slice(0, 20)) + 1).padStart(20, '0')}.json`));
    }],
    ['a line of the log that is not JSON', 'LOG_UNREADABLE', (table: string) => appendFileSync(join(table, '_delta_log', '00000000000000000001.json'), '{"add":\n')],
    ['a sidecar that was edited', 'SIDECAR_FILE', (table: string) => {
      const file = join(table, '_metadata', readdirSync(join(table, '_metadata')).sort()[0] ?? '');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"bytes": \d+/, '"bytes": 1'));
    }],
    ['a sidecar that follows another one', 'SIDECAR_CHAIN', (table: string) => {
      const file = join(table, '_metadata', readdirSync(join(table, '_metadata')).sort()[0] ?? '');
      writeFileSync(file, readFileSync(file, 'utf8').replace('"previousSha256": null', `"previousSha256": "${'0'.repeat(64)}"`));
    }]
  ])('finds %s', async (name, code, damage) => {
    const table = copy(name.replace(/\W+/g, '-'));
    damage(table);
    const ended = await check(join(table, '..'));
    expect(ended.code).toBe(1);
    const { findings } = documentOf(ended);
    expect(findings).toEqual(expect.arrayContaining([expect.objectContaining({ table: 'pumps', code })]));
  });

  test('lists a file that no version names, and it is no finding', async () => {
    const table = copy('orphan');
    const [file = ''] = parquetFiles(table);
    cpSync(file, file.replace('.parquet', '-left.parquet'));
    const ended = await check(join(table, '..'));
    expect(ended.code).toBe(0);
    expect(documentOf(ended)).toMatchObject({ ok: true, tables: [{ orphans: [expect.stringContaining('-left.parquet')] }] });
  });
});
