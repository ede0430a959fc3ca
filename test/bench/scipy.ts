import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';

const PYTHON = process.env['PYTHON'] ?? 'python3';
const SCRIPT = `
import json, sys, time
import numpy, scipy.signal as signal
x = numpy.array(json.loads(sys.stdin.readline()))
jobs = {
  'welch': lambda: signal.welch(x, fs=1000.0, nperseg=1024)[1],
  'medfilt': lambda: signal.medfilt(x, 51),
  'medfilt2d': lambda: signal.medfilt2d(x[None, :], (1, 51))[0],
}
for line in sys.stdin:
  name, calls = line.split()
  job = jobs[name]
  start = time.perf_counter()
  for _ in range(int(calls)): result = job()
  print(json.dumps({'seconds': time.perf_counter() - start, 'result': list(result)}), flush=True)
`;

export interface SciPyRun {
  readonly seconds: number;
  readonly result: readonly number[];
}

/** SciPy in a process of its own that keeps one signal; its times are taken inside Python. */
export class SciPy {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: Interface;
  private readonly ended: Promise<never>;
  private stopped = false;

  private constructor(
    readonly version: string,
    signal: Float64Array
  ) {
    this.child = spawn(PYTHON, ['-c', SCRIPT], { stdio: 'pipe', env: { ...process.env, OMP_NUM_THREADS: '1' } });
    this.child.stderr.pipe(process.stderr);
    this.lines = createInterface({ input: this.child.stdout });
    this.ended = once(this.child, 'exit').then(([code]) => {
      if (this.stopped) return new Promise<never>(() => {});
      throw new Error(`SciPy ended with code ${String(code)}`);
    });
    this.child.stdin.write(`${JSON.stringify([...signal])}\n`);
  }

  /** Null when the machine's Python has none. */
  static start(signal: Float64Array): SciPy | null {
    const found = spawnSync(PYTHON, ['-c', 'import scipy; print(scipy.__version__)'], { encoding: 'utf8' });
    return found.status === 0 ? new SciPy(found.stdout.trim(), signal) : null;
  }

  async run(job: 'welch' | 'medfilt' | 'medfilt2d', calls: number): Promise<SciPyRun> {
    const answer = once(this.lines, 'line');
    this.child.stdin.write(`${job} ${calls}\n`);
    const [line] = (await Promise.race([answer, this.ended])) as [string];
    return JSON.parse(line) as SciPyRun;
  }

  stop(): void {
    this.stopped = true;
    this.child.stdin.end();
  }
}
