import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBroker, type EmbeddedBroker } from '../../../edge/station/broker';
import { systemEnv } from '../../../edge/env/system-env';
import { FleetView } from '../../../edge/fleet/fleet-view';
import { until } from '../until';
import { documentOf, FIXTURES, littoralUnderTest } from './littoral';

const littoral = littoralUnderTest();
const PROGRAM = join(FIXTURES, 'pumps.pipeline.ts');
const RECORDING = join(FIXTURES, 'pumps.recording.ndjson');
let broker: EmbeddedBroker;
let url = '';
let view: FleetView | null = null;
const agents: ChildProcess[] = [];

beforeAll(async () => {
  broker = await startBroker({ tcpPort: 0, wsPort: 0, say: () => undefined });
  url = broker.tcpUrl;
  view = await FleetView.open({ env: systemEnv(), settings: { url }, log: () => undefined });
  await littoral.run(['keygen', '--key', 'site.key', '--trust', 'trust.json']);
  for (const release of ['1', '2']) {
    const ended = await littoral.run(['bundle', PROGRAM, '--evidence', RECORDING, '--key', 'site.key', '--release', release, '-o', `pumps-${release}.littoral.zip`]);
    expect(ended.code, ended.stderr).toBe(0);
  }
});
afterAll(async () => {
  for (const agent of agents) agent.kill('SIGKILL');
  await view?.close();
  await broker.close();
});

/** Resolves when the agent has joined the fleet. */
function runAgent(name: string, more: readonly string[] = []): ChildProcess {
  const args = ['run', '--data', name, '--trust', 'trust.json', '--broker', url, '--fleet', url, '--name', name, '--label', 'site=north', ...more];
  const child = spawn(process.execPath, [littoral.entry, ...args], { cwd: littoral.path('.'), stdio: 'ignore' });
  agents.push(child);
  return child;
}
const seen = (): [string, string, number | null][] => view!.agents.map(({ agent, health, release }) => [agent, health, release]);

describe('littoral fleet', () => {
  test('lists agents, deploys to them in stages, shows one that was killed, and says which state a release goes on with', async () => {
    const first = runAgent('press-1');
    const bundles = littoral.path('bundles');
    mkdirSync(bundles);
    runAgent('press-2', ['--bundles', bundles, '--probation', '0s']);
    await until(() => seen().length === 2);
    expect(seen()).toEqual([['press-1', 'waiting', null], ['press-2', 'waiting', null]]);

    const deployed = await littoral.run(['fleet', 'deploy', 'pumps-1.littoral.zip', '--broker', url, '--stages', '1,100%', '--pause', '0s', '--json']);
    expect(documentOf(deployed)).toMatchObject({ ok: true, pipeline: 'pumps', release: 1, live: ['press-1', 'press-2'], untouched: [], failures: [] });

    copyFileSync(littoral.path('pumps-2.littoral.zip'), join(bundles, 'pumps-2.littoral.zip'));
    await until(() => seen().some(([agent, , release]) => agent === 'press-2' && release === 2));
    first.kill('SIGKILL');
    await until(() => seen()[0]?.[1] === 'offline');

    const words = await littoral.run(['fleet', 'list', '--broker', url, '--select', 'site=north']);
    expect(words.stdout).toMatch(/press-1\s+offline[^]*press-2\s+ok\s+pumps\s+2\s.*site=north/);
    const status = await littoral.run(['fleet', 'status', 'press-1', '--broker', url]);
    expect([status.code, status.stdout]).toEqual([1, expect.stringMatching(/health\s+offline/)]);
    expect((await littoral.run(['fleet', 'status', 'press-9', '--broker', url])).stderr).toContain('there are press-1, press-2');

    const verified = await littoral.run(['verify', 'pumps-2.littoral.zip', '--trust', 'trust.json', '--data', 'press-1', '--json']);
    expect(documentOf(verified)).toMatchObject({ ok: true, state: { pipeline: 'pumps', release: 1, compatibility: { rowsLost: 0 } } });
    expect(readFileSync(join(littoral.path('press-1'), 'fleet.json'), 'utf8')).toContain('"live"');
  }, 180_000);

  test('says what is missing or wrong', async () => {
    for (const args of [['list'],  ['deploy', '--broker', url], ['dance', '--broker', url]]) {
      const ended = await littoral.run(['fleet', ...args]);
      expect([ended.code, ended.stdout]).toEqual([2, '']);
    }
    const nobody = await littoral.run(['fleet', 'deploy', 'pumps-1.littoral.zip', '--broker', url, '--select', 'site=south', '--json']);
    expect([nobody.code, documentOf(nobody)['reason']]).toEqual([3, 'FLEET_EMPTY']);
    const away = await littoral.run(['fleet', 'list', '--broker', 'mqtt://127.0.0.1:1', '--json']);
    expect([away.code, documentOf(away)['reason']]).toEqual([3, 'MQTT_UNREACHABLE']);
    const run = await littoral.run(['run', '--data', 'x', '--trust', 'trust.json', '--fleet', url, '--name', 'a/b']);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('--name')]);
  }, 180_000);
});

describe('littoral diff', () => {
  test('says what goes on and what begins anew', async () => {
    const same = await littoral.run(['diff', PROGRAM, 'pumps-2.littoral.zip', '--json']);
    expect(documentOf(same)).toMatchObject({ ok: true, rowsLost: null });
    const text = (await littoral.run(['plan', PROGRAM])).stdout.replace(/"sizeMs":(\d+)/, (_all, size: string) => `"sizeMs":${2 * Number(size)}`);
    writeFileSync(littoral.path('other.json'), text);
    const other = await littoral.run(['diff', PROGRAM, 'other.json']);
    expect([other.code, other.stdout]).toEqual([1, expect.stringMatching(/window ".*" begins anew, its state is given up: its window changed/)]);
    expect((await littoral.run(['diff', PROGRAM])).code).toBe(2);
  }, 180_000);
});
