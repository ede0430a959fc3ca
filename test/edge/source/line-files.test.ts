import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAgent } from '../../../edge/agent/agent';
import type { AgentHandle, AgentOptions } from '../../../edge/agent/agent-api';
import { ConnectionBook } from '../../../edge/connection/connection-book';
import { SecretRing } from '../../../edge/secrets/secret-ring';
import type { Plan } from '../../../engine/plan/plan';
import { makeBundle, makeSigning, type Signing } from '../bundles';
import { until } from '../until';
import { linesPlan, logRecording } from './plans';

let folder = '';
let logs = '';
let signing: Signing;
let agents: AgentHandle[] = [];
const said: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-lines-'));
  logs = join(folder, 'logs');
  mkdirSync(logs);
  signing = makeSigning(join(folder, 'trust.json'));
  said.length = 0;
});
afterEach(async () => {
  for (const agent of agents) await agent.stop();
  agents = [];
  rmSync(folder, { recursive: true, force: true });
});

async function start(plan?: Plan, options: Partial<AgentOptions> = {}): Promise<AgentHandle> {
  const connections = ConnectionBook.parse([`logs=file:${logs}`, `out=file:${join(folder, 'out')}`], SecretRing.parse([]));
  const agent = await startAgent({ dataDir: join(folder, 'data'), trustFile: signing.trustFile, connections, log: line => said.push(line), ...options });
  agents.push(agent);
  if (plan !== undefined) expect(await agent.deploy(await makeBundle({ plan, signing, release: 1, recording: [logRecording('an ERR')] }))).toMatchObject({ ok: true });
  return agent;
}
async function stop(agent: AgentHandle): Promise<void> {
  await agent.stop();
  agents = agents.filter(each => each !== agent);
}
const written = (): string[] => {
  const file = join(folder, 'out', 'lines.txt');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
};
const logFile = (name = 'app.log'): string => join(logs, name);

describe('a source of lines', () => {
  it('is refused before it goes live when its folder is not there', async () => {
    rmSync(logs, { recursive: true });
    const agent = await start();
    expect(await agent.deploy(await makeBundle({ plan: linesPlan('#'), signing, release: 1, recording: [logRecording('a')] }))).toMatchObject({ ok: false, reason: 'SOURCE_REFUSED', detail: `source "source": "${logs}" cannot be read (ENOENT); expected a folder that this user may read. Correct --connection, or the rights.` });
  }, 60_000);

  it('takes whole lines as they are written and leaves a line without its end until it has one', async () => {
    writeFileSync(logFile(), 'one\r\ntwo ERR\nthr');
    await start(linesPlan('#'));
    await until(() => written().length === 2);
    appendFileSync(logFile(), 'ee\n');
    await until(() => written().length === 3);
    expect(written()).toEqual(['one', 'two error', 'three']);
  }, 60_000);

  it('goes on where it was after a restart, also in a file that was renamed meanwhile, and then with its successor', async () => {
    writeFileSync(logFile(), 'a1\na2\n');
    const agent = await start(linesPlan('app.log'));
    await until(() => written().length === 2);
    await stop(agent);
    appendFileSync(logFile(), 'a3\n');
    renameSync(logFile(), logFile('app.log.1'));
    writeFileSync(logFile(), 'b1\nb2\n');
    await start();
    await until(() => written().length === 5);
    expect([...written()].sort()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);
  }, 60_000);

  it('reads what a copy has that the truncated original no longer has, and nothing twice', async () => {
    writeFileSync(logFile(), 'a1\na2\n');
    const agent = await start(linesPlan('#'));
    await until(() => written().length === 2);
    await stop(agent);
    appendFileSync(logFile(), 'a3\n');
    copyFileSync(logFile(), logFile('app.log.1'));
    truncateSync(logFile(), 0);
    appendFileSync(logFile(), 'b1\n');
    await start();
    await until(() => written().length === 4);
    appendFileSync(logFile(), 'b2\n');
    await until(() => written().includes('b2'));
    expect([...written()].sort()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);
  }, 60_000);

  it('reads a file anew that has other first bytes although it is longer than before', async () => {
    writeFileSync(logFile(), 'a1\na2\n');
    const agent = await start(linesPlan('#'));
    await until(() => written().length === 2);
    await stop(agent);
    truncateSync(logFile(), 0);
    appendFileSync(logFile(), 'c1 longer\nc2 longer\n');
    await start();
    await until(() => written().length === 4);
    expect(written()).toEqual(['a1', 'a2', 'c1 longer', 'c2 longer']);
  }, 60_000);

  it('begins at the end of files that are there, and at the start of those that come', async () => {
    writeFileSync(logFile(), 'old\n');
    const agent = await start(linesPlan('#', { from: 'end' }));
    await until(() => (agent.status()['sources'] as { connection: { files: number } }[])[0]?.connection.files === 1);
    appendFileSync(logFile(), 'new\n');
    await until(() => written().length === 1);
    writeFileSync(logFile('other.log'), 'first\n');
    await until(() => written().length === 2);
    expect(written()).toEqual(['new', 'first']);
  }, 60_000);

  it('leaves out a line that is too long, counts it, and takes the next one', async () => {
    writeFileSync(logFile(), `${'x'.repeat(1_500_000)}\nafter\n`);
    const agent = await start(linesPlan('#'));
    await until(() => written().length === 1);
    expect(written()).toEqual(['after']);
    expect((agent.status()['dropped'] as Record<string, number>)['lineTooLong']).toBe(1);
  }, 60_000);

  it('waits while the store is full, can be stopped meanwhile, and takes every line once when there is room', async () => {
    const obstacle = join(folder, 'out', 'lines.txt');
    mkdirSync(obstacle, { recursive: true });
    const lines = Array.from({ length: 10_000 }, (_none, index) => `${index} ${'x'.repeat(200)}`);
    writeFileSync(logFile(), `${lines.join('\n')}\n`);
    const agent = await start(linesPlan('#'), { storeBytesMax: 1 << 20 });
    await until(() => agent.status().state === 'blocked');
    await until(() => JSON.stringify(agent.status()['sinkProblems']).includes('lines.txt'));
    await stop(agent);
    rmSync(obstacle, { recursive: true });
    await start();
    await until(() => written().length >= lines.length);
    expect(written()).toEqual(lines);
  }, 60_000);

  it('compresses what it forwards as members of one gzip file', async () => {
    writeFileSync(logFile(), 'one\n');
    await start(linesPlan('#', {}, { compression: 'gzip' }));
    const file = join(folder, 'out', 'lines.txt');
    await until(() => existsSync(file));
    appendFileSync(logFile(), 'two\n');
    const unpacked = (): string => gunzipSync(readFileSync(file), { finishFlush: constants.Z_SYNC_FLUSH }).toString();
    await until(() => unpacked().split('\n').length === 3);
    expect(unpacked()).toBe('one\ntwo\n');
  }, 60_000);

  it('takes whole files once, also after a restart, and again when they change', async () => {
    writeFileSync(logFile('a.txt'), 'all of\nit');
    const agent = await start(linesPlan('#', { framing: 'whole', suffix: '.txt' }));
    await until(() => written().length === 2);
    await stop(agent);
    writeFileSync(logFile('b.txt'), 'more');
    writeFileSync(logFile('c.log'), 'not asked for');
    await start();
    await until(() => written().length === 3);
    expect(written()).toEqual(['all of', 'it', 'more']);
  }, 60_000);
});
