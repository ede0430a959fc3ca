import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { buildChild } from '../edge/child-process';
import type { Proof, ProofOptions, ProofResult } from './proof';
import type { AttackReport } from './size/attack.child';
import { ATTACKS } from './size/attacks';

const HEAP_MEGABYTES = 512;
const HANG_MS = 60_000;
const STALL_MS_WANTED = 50;

const FILES_LIMIT = 'Files that a person names (recording, Plan, lake) are read up to the limits of their kind, more than 1 MB; what is judged of them is what they leave behind.';

/** Attacks by size. */
export const proof: Proof = {
  id: 'G10',
  title: 'attacks by size',
  passLine: 'declared 256 MB packet, 100 k user properties, huge topic, trickled packets, 100 k-deep JSON, ReDoS texts, bombs in gzip and deflate, absurd Parquet, ONNX and Plan: closed or dead-lettered with at most 1 MB held; stalls of the event loop are measured (wanted < 50 ms).',
  async run({ log }: ProofOptions): Promise<ProofResult> {
    const entry = await buildChild('test/sim/size/attack.child.ts');
    try {
      const { reports, end } = await carryOut(entry, log);
      const findings = ATTACKS.flatMap(attack => {
        const report = reports.get(attack.name);
        if (report === undefined) return [`${attack.name}: not survived, ${end}`];
        if (!attack.expected.test(report.words)) return [`${attack.name}: ended as "${report.words}", expected ${String(attack.expected)}`];
        return report.heldBytes > attack.heldBytesMax ? [`${attack.name}: ${report.heldBytes} bytes held, expected at most ${attack.heldBytesMax}`] : [];
      });
      const figures = Object.fromEntries([...reports.values()].map(({ name, words, heldBytes, stallMs }) => [name, `${words}; ${Math.round(Math.max(0, heldBytes) / 1024)} KiB held, stall ${stallMs} ms`]));
      const slow = [...reports.values()].filter(({ stallMs }) => stallMs > STALL_MS_WANTED).map(({ name, stallMs }) => `${name}: ${stallMs} ms`);
      return { ok: findings.length === 0, figures, findings, limits: [FILES_LIMIT, ...(slow.length === 0 ? [] : [`Stalls over ${STALL_MS_WANTED} ms of processor time, in one piece of work each: ${slow.join('; ')}.`])] };
    } finally {
      rmSync(entry, { force: true });
    }
  }
};

function carryOut(entry: string, log: (line: string) => void): Promise<{ readonly reports: ReadonlyMap<string, AttackReport>; readonly end: string }> {
  const child = spawn(process.execPath, ['--expose-gc', `--max-old-space-size=${HEAP_MEGABYTES}`, entry], { stdio: ['ignore', 'pipe', 'pipe'] });
  const reports = new Map<string, AttackReport>();
  let words = '';
  child.stderr.on('data', bytes => (words = (words + String(bytes)).slice(-1_000)));
  return new Promise(done => {
    let timer = setTimeout(() => child.kill('SIGKILL'), HANG_MS);
    createInterface({ input: child.stdout }).on('line', text => {
      clearTimeout(timer);
      timer = setTimeout(() => child.kill('SIGKILL'), HANG_MS);
      const line = JSON.parse(text) as AttackReport | { readonly starting: string };
      if ('starting' in line) return;
      reports.set(line.name, line);
      log(`${line.name}: ${line.words}`);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      done({ reports, end: `the process ended with ${String(signal ?? code)} ${words}` });
    });
  });
}
