import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Random } from '../../oracle/random';
import { buildLittoral, startLittoral } from '../../sim/faults/littoral-process';
import { makeBundle, makeSigning } from '../bundles';
import { until } from '../until';
import { linesPlan, logRecording } from './plans';

const seed = Number(process.env['LITTORAL_SEED'] ?? Date.now() % 1_000_000);
const KILLS = Number(process.env['LITTORAL_KILLS'] ?? 3);

/** A program that writes a log and rotates it, by both ways of logrotate. */
class LogWriter {
  readonly lines: string[] = [];
  private rotations = 0;

  constructor(
    private readonly file: string,
    private readonly random: Random
  ) {
    writeFileSync(file, '');
  }

  write(): void {
    const line = `line ${this.lines.length} ${'x'.repeat(this.random.int(0, 60))}`;
    const cut = this.random.int(0, line.length);
    appendFileSync(this.file, line.slice(0, cut));
    appendFileSync(this.file, `${line.slice(cut)}\n`);
    this.lines.push(line);
  }

  rotate(): void {
    const old = `${this.file}.${++this.rotations}`;
    if (this.random.int(0, 1) === 0) {
      renameSync(this.file, old);
      writeFileSync(this.file, '');
      return;
    }
    copyFileSync(this.file, old);
    truncateSync(this.file, 0);
  }
}

it('neither loses nor repeats a line when the agent is killed at random while logs are written and rotated', async () => {
  process.stdout.write(`seed ${seed}\n`);
  const random = new Random(seed);
  const folder = mkdtempSync(join(tmpdir(), 'littoral-line-kills-'));
  const build = await buildLittoral();
  try {
    const logs = join(folder, 'logs');
    mkdirSync(logs);
    const writer = new LogWriter(join(logs, 'app.log'), random);
    const signing = makeSigning(join(folder, 'trust.json'));
    const bundleFile = join(folder, 'lines.littoral.zip');
    writeFileSync(bundleFile, await makeBundle({ plan: linesPlan('#'), signing, release: 1, recording: [logRecording('a')] }));
    const start = (first: boolean): ReturnType<typeof startLittoral> =>
      startLittoral(build, { dataDir: join(folder, 'data'), trustFile: signing.trustFile, brokerUrl: 'mqtt://127.0.0.1:1', ...(first ? { bundleFile } : {}), more: ['--connection', `logs=file:${logs}`, '--connection', `out=file:${join(folder, 'out')}`] });
    const work = async (turns: number): Promise<void> => {
      for (let turn = 0; turn < turns; turn++) {
        for (let count = random.int(1, 40); count > 0; count--) writer.write();
        if (random.int(0, 9) === 0) writer.rotate();
        await new Promise(done => setTimeout(done, 15));
      }
    };
    for (let kill = 0; kill < KILLS; kill++) {
      const agent = start(kill === 0);
      await agent.live();
      await work(random.int(2, 60));
      await agent.end('SIGKILL');
      await work(random.int(0, 10));
    }
    const out = join(folder, 'out', 'lines.txt');
    const written = (): string[] => (existsSync(out) ? readFileSync(out, 'utf8').split('\n').slice(0, -1) : []);
    const last = start(false);
    await until(() => written().length >= writer.lines.length);
    expect(await last.end('SIGTERM')).toBe(0);
    expect(written().sort()).toEqual([...writer.lines].sort());
    expect(writer.lines.length).toBeGreaterThan(KILLS * 50);
  } finally {
    build.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}, 300_000);
