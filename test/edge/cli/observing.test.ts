import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { failureOf, type Failure } from '../../../edge/cli/failure';
import { readObserving } from '../../../edge/cli/observing';
import { parseCall } from '../../../edge/cli/parse-call';
import { run } from '../../../edge/cli/run';
import { startMosquitto, type Mosquitto } from '../mosquitto';
import { startReceiver, type Receiver } from '../telemetry/otlp-receiver';
import { until } from '../until';
import { FIXTURES, littoralUnderTest } from './littoral';

const littoral = littoralUnderTest();
const PASSWORD = 'correct horse battery staple';

let broker: Mosquitto;
let receiver: Receiver;
let agent: ChildProcess | null = null;

beforeAll(async () => {
  broker = await startMosquitto({ users: { agent: PASSWORD } });
  receiver = await startReceiver();
  await littoral.run(['keygen', '--key', 'site.key', '--trust', 'trust.json']);
  const ended = await littoral.run(['bundle', join(FIXTURES, 'pumps.pipeline.ts'), '--evidence', join(FIXTURES, 'pumps.recording.ndjson'), '--key', 'site.key', '-o', 'pumps.zip']);
  expect(ended.code, ended.stderr).toBe(0);
});
afterEach(() => {
  agent?.kill('SIGKILL');
  agent = null;
});
afterAll(async () => {
  await receiver.close();
  await broker.stop();
});

interface Running {
  stderr: string;
  says(part: string): Promise<void>;
  stop(): Promise<number | null>;
}

function runAgent(args: readonly string[], environment: Record<string, string>): Running {
  const child = spawn(process.execPath, [littoral.entry, 'run', 'pumps.zip', '--trust', 'trust.json', ...args], { cwd: littoral.path('.'), env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'pipe'] });
  agent = child;
  const ended = new Promise<number | null>(done => child.once('close', code => done(code)));
  let look = (): void => undefined;
  const running: Running = {
    stderr: '',
    says: part =>
      new Promise((done, fail) => {
        look = () => (running.stderr.includes(part) ? done() : undefined);
        look();
        void ended.then(code => fail(new Error(`ended with ${String(code)} before it said "${part}": ${running.stderr}`)));
      }),
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    }
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    running.stderr += text;
    look();
  });
  return running;
}

describe('run', () => {
  test('takes secrets by reference, writes one JSON object a line and sends what it knows to a receiver', async () => {
    const running = runAgent(['--data', 'agent', '--broker', broker.url, '--secret', 'broker=env:PLANT_LOGIN', '--secret', 'otlp=env:OTLP_HEADERS', '--otlp', receiver.url, '--log-format', 'json'], {
      PLANT_LOGIN: `agent:${PASSWORD}`,
      OTLP_HEADERS: 'authorization=Bearer%20hunter2',
      OTEL_METRIC_EXPORT_INTERVAL: '500'
    });
    await running.says('"event":"source.connected"');
    await until(() => new Set(receiver.received.map(({ path }) => path)).size === 2);
    expect(await running.stop()).toBe(0);
    const lines = running.stderr.trimEnd().split('\n').map(line => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ event }) => event)).toEqual(expect.arrayContaining(['release.live', 'agent.listening', 'source.connected', 'agent.stopping', 'agent.stopped']));
    expect(lines.find(({ event }) => event === 'release.live')).toMatchObject({ severity: 'info', pipeline: 'pumps', release: 1, message: 'bundle: pumps release 1 is live.' });
    for (const { time } of lines) expect(String(time)).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(new Set(receiver.received.map(({ path }) => path))).toEqual(new Set(['/v1/metrics', '/v1/logs']));
    expect(receiver.received[0]?.headers['authorization']).toBe('Bearer hunter2');
    for (const text of [running.stderr, JSON.stringify(receiver.received.map(({ message }) => message)), readFileSync(littoral.path('agent/agent.db'), 'latin1')]) {
      expect(text).not.toContain(PASSWORD);
      expect(text).not.toContain('hunter2');
    }
  });

  test('marks levels for the journal, and warns of a password in an address without repeating it', async () => {
    const running = runAgent(['--data', 'agent-b', '--broker', broker.url.replace('//', `//agent:${encodeURIComponent(PASSWORD)}@`), '--log-format', 'journal'], {});
    await running.says('connected to');
    expect(await running.stop()).toBe(0);
    expect(running.stderr).toMatch(/^<4>--broker: the address carries a password, which the process list shows\./m);
    expect(running.stderr).toMatch(/^<6>mqtt source ".+": connected to mqtt:\/\/127\.0\.0\.1:\d+ by MQTT 5/m);
    expect(running.stderr).not.toContain('horse');
  });

  test('waits for a secret that is not there yet and says which', async () => {
    const running = runAgent(['--data', 'agent-c', '--broker', broker.url, '--secret', 'broker=file:later.secret'], {});
    await running.says('secret file:later.secret: the file cannot be read (ENOENT)');
    writeFileSync(littoral.path('later.secret'), `agent:${PASSWORD}\n`, { mode: 0o600 });
    await running.says('connected to');
    expect(await running.stop()).toBe(0);
  });

  test.each([
    ['a secret that is no reference', ['--secret', 'broker=hunter2'], 'SECRET_REFERENCE'],
    ['a secret without a name', ['--secret', 'hunter2'], 'SECRET_REFERENCE'],
    ['a key that is no reference', ['--tls-key', 'hunter2'], 'SECRET_REFERENCE'],
    ['a secret in the query of an address', ['--broker', 'mqtt://host?password=hunter2'], 'SECRET_IN_URL'],
    ['a receiver that is no address', ['--otlp', 'hunter2'], 'OTLP_URL'],
    ['a format that it does not know', ['--log-format', 'xml'], 'USAGE'],
    ['a level that it does not know', ['--log-level', 'loud'], 'USAGE'],
    ['a share that is none', ['--trace-ratio', '7'], 'USAGE'],
    ['a silence that is no number', ['--max-silence', 'long'], 'USAGE']
  ])('refuses %s', (_name, args, reason) => {
    const terminal = { say: () => undefined, progress: () => undefined };
    let failure: Failure | null = null;
    try {
      readObserving(parseCall(run, ['--data', 'agent-d', '--trust', 'trust.json', ...args], terminal));
    } catch (error) {
      failure = failureOf(error);
    }
    expect(failure).toMatchObject({ exitCode: 2, reason, detail: expect.not.stringContaining('hunter2') as string });
  });
});
