import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { documentOf, littoralUnderTest } from '../cli/littoral';
import { until } from '../until';

const littoral = littoralUnderTest();
let server: http.Server;
let url = '';
let records = 0;
let children: ChildProcess[] = [];

/** An agent's `/status` whose records rise by 100 with every look; the real agent's is tested with the agent. */
beforeAll(async () => {
  let nowMs = Date.now();
  server = http.createServer((request, response) => {
    records += 100;
    nowMs += 1_000;
    response.writeHead(request.url === '/status' ? 200 : 404);
    response.end(JSON.stringify({ nowMs, state: 'live', pipeline: 'pumps', release: 2, problem: null, agent: { version: '0.1.0', pid: 1 }, counters: { rowsIn: records }, sinks: [{ sink: 'pumps/2/alerts', up: true, rows: 3, carriedOut: records / 10 }] }));
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  mkdirSync(littoral.path('agent'));
  writeFileSync(littoral.path('agent/http.json'), JSON.stringify({ url }));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

interface Terminal {
  /** Everything written so far. */
  output: string;
  press(keys: string): void;
  readonly ended: Promise<number | null>;
}

/** Runs `littoral top` in a terminal of `columns` × `rows` that util-linux's `script` makes. */
function inTerminal(args: string, size: { readonly columns: number; readonly rows: number }, environment: Record<string, string> = {}): Terminal {
  const command = `stty cols ${size.columns} rows ${size.rows}; exec ${process.execPath} ${littoral.entry} top ${args}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: littoral.path('.'), env: { ...process.env, TERM: 'xterm', LANG: 'C.UTF-8', NO_COLOR: '', ...environment }, stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const terminal: Terminal = {
    output: '',
    press: keys => void child.stdin.write(keys),
    ended: new Promise(done => child.once('close', code => done(code)))
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (terminal.output += text));
  return terminal;
}

/** The last whole picture as lines, without commands to the terminal. */
function picture({ output }: Terminal): string[] {
  const drawn = output.split('\u001b[H').filter(part => part.includes('\u001b[J')).at(-1) ?? '';
  return drawn.split('\u001b[J', 1)[0]?.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\u2009', ' ').split(/\r+\n/) ?? [];
}

describe('top in a terminal', () => {
  test('draws 80 × 24 once a second, explains itself, holds, and gives the terminal back', async () => {
    const terminal = inTerminal('--data agent', { columns: 80, rows: 24 });
    await until(() => picture(terminal).some(line => line.includes('in 100/s')));
    const lines = picture(terminal);
    expect(lines).toHaveLength(24);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(80);
    expect(lines[0]).toContain('pumps release 2  live');
    expect(lines.join('\n')).toMatch(/pumps\/2\/alerts +up +3/);
    expect(terminal.output).toContain('\u001b[32mlive');
    terminal.press('?');
    await until(() => picture(terminal).some(line => line.startsWith('BUSY is the share')));
    terminal.press('?p');
    await until(() => picture(terminal).at(-1)?.includes('held') === true);
    terminal.press('q');
    expect(await terminal.ended).toBe(0);
    expect(terminal.output.startsWith('\u001b[?1049h\u001b[?25l')).toBe(true);
    expect(terminal.output.trimEnd().endsWith('\u001b[?25h\u001b[?1049l')).toBe(true);
  });

  test('fits a small terminal, without colours when these are not wanted, and leaves on Ctrl-C', async () => {
    const terminal = inTerminal(`--url ${url}`, { columns: 40, rows: 10 }, { NO_COLOR: '1' });
    await until(() => picture(terminal).some(line => line.includes('pumps release 2')));
    const lines = picture(terminal);
    expect(lines).toHaveLength(10);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(40);
    expect(terminal.output).not.toMatch(/\u001b\[\d+m/);
    terminal.press('\u0003');
    expect(await terminal.ended).toBe(0);
  });

  test('waits for an agent that does not answer yet', async () => {
    const terminal = inTerminal('--data nothing-here', { columns: 100, rows: 12 });
    await until(() => picture(terminal).some(line => line.includes('cannot be read')));
    terminal.press('q');
    expect(await terminal.ended).toBe(0);
  });
});

describe('top without a terminal', () => {
  test('prints one picture and ends', async () => {
    const ended = await littoral.run(['top', '--url', url]);
    expect(ended.code).toBe(0);
    expect(ended.stdout.replaceAll('\u2009', ' ')).toMatch(/^pumps release 2 {2}live[\s\S]*in 100\/s[\s\S]*pumps\/2\/alerts +up +3/);
    expect(ended.stdout).not.toContain('\u001b');
  });

  test('gives the figures as one document', async () => {
    expect(documentOf(await littoral.run(['top', '--data', 'agent', '--json']))).toMatchObject({ ok: true, url, pipeline: 'pumps', perSecond: { recordsIn: 100, recordsOut: 10, sinks: { 'pumps/2/alerts': 10 } } });
  });

  test.each([
    ['nothing to watch', [], 2, 'USAGE'],
    ['two agents', ['--data', 'a', '--url', 'http://127.0.0.1:1'], 2, 'USAGE'],
    ['an address that is none', ['--url', 'here'], 2, 'USAGE'],
    ['an agent that is not there', ['--url', 'http://127.0.0.1:1'], 3, 'AGENT_UNREACHABLE']
  ])('refuses %s', async (_name, args, code, reason) => {
    const ended = await littoral.run(['top', '--once', ...args, '--json']);
    expect(documentOf(ended)).toMatchObject({ ok: false, reason });
    expect(ended.code).toBe(code);
  });
});
