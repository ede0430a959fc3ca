import type { Report } from '../../../engine/api/host';
import type { Plan } from '../../../engine/plan/plan';
import type { EngineService, RecordingInfo, RunSnapshot, RunStart } from '../../../worker/protocol';

export const REPORT: Report = {
  rowsIn: 12_345,
  rowsOut: { alerts: 3 },
  late: 2,
  inGap: 0,
  filtered: 1,
  deadLetters: {},
  duplicates: 0,
  dropped: 0,
  conservationError: 0,
  watermarkMs: 1,
  outputSha256: 'ab'.repeat(32),
  engineVersion: '0.1.0'
};

interface FakeRun {
  readonly start: RunStart;
  readonly done: Promise<Report>;
  readonly end: (report: Report) => void;
  readonly fail: (error: Error) => void;
  state: RunSnapshot['state'];
}

/** An engine without a broker: runs last until stopped, recordings end when told to. */
export class FakeEngine {
  readonly started: FakeRun[] = [];
  readonly bundles: { readonly recording: string; readonly options: { readonly release: number; readonly targets: readonly string[]; readonly expires: string } }[] = [];
  recording: RecordingInfo | null = null;
  endRecording: () => void = () => undefined;
  private isLost = false;
  connectionNames: readonly string[] = ['plant'];

  get service(): EngineService {
    const known: Partial<EngineService> = {
      connections: () => Promise.resolve(this.connectionNames.map(name => ({ name, url: 'ws://x', status: { state: 'connected' as const, sinceMs: 0, protocol: 'MQTT 5' }, messagesPerS: 1 }))),
      startRun: start => Promise.resolve(this.startRun(start)),
      stopRun: runId => this.stopRun(runId),
      runDone: runId => this.find(runId).done,
      runs: () => this.isLost ? Promise.reject(new Error('worker down')) : Promise.resolve(this.started.map((run, index) => snapshot(`run-${index}`, run))),
      startRecording: (_connection, topic, options) => Promise.resolve(this.startRecording(topic, options.name)),
      recordingDone: () => new Promise(resolve => (this.endRecording = () => resolve(this.stopRecording('complete')))),
      recordings: () => Promise.resolve(this.recording === null ? [] : [this.recording]),
      stopRecording: () => {
        this.endRecording();
        return Promise.resolve(this.stopRecording('interrupted'));
      },
      replay: (_plan, _models, _recording) => Promise.resolve({ report: REPORT, rows: [{ sink: 'alerts', eventTimeMs: 1, at: 0, row: { device: 'b1', score: 0.9 } }] }),
      validate: () => Promise.resolve({ ok: true, report: REPORT, checks: [{ name: 'rows are equal', ok: true, seen: '3 rows', expected: '3 rows' }], differences: [] }),
      bundle: (plan: Plan, _models, recording, options) => {
        this.bundles.push({ recording, options });
        const bytes = new Uint8Array([80, 75]);
        return Promise.resolve({ bundle: { fileName: `${plan.name}-${options.release}.littoral.zip`, bytes: bytes.length, sha256: 'cd'.repeat(32) }, bytes, publicKey: {} });
      }
    };
    return known as EngineService;
  }

  /** Dies with everything that it was doing. */
  lose(): void {
    this.isLost = true;
    for (const run of this.started) run.fail(new Error('worker down'));
  }

  private startRun(start: RunStart): string {
    let end: (report: Report) => void = () => undefined;
    let fail: (error: Error) => void = () => undefined;
    const done = new Promise<Report>((resolve, reject) => {
      end = resolve;
      fail = reject;
    });
    this.started.push({ start, done, end, fail, state: 'live' });
    return `run-${this.started.length - 1}`;
  }

  private stopRun(runId: string): Promise<Report> {
    const run = this.find(runId);
    run.state = 'stopped';
    run.end(REPORT);
    return run.done;
  }

  private find(runId: string): FakeRun {
    const run = this.started[Number(runId.slice('run-'.length))];
    if (run === undefined) throw new Error(`no run ${runId}`);
    return run;
  }

  private startRecording(topic: string, name = 'take-1'): RecordingInfo {
    this.recording = { name, topic, messages: 0, bytes: 0, durationMs: 0, createdAtMs: 0, state: 'recording' };
    return this.recording;
  }

  private stopRecording(state: RecordingInfo['state']): RecordingInfo {
    this.recording = { name: this.recording?.name ?? '', topic: '', messages: 4_812, bytes: 3_100_000, durationMs: 60_000, createdAtMs: 0, state };
    return this.recording;
  }
}

function snapshot(runId: string, { start, state }: FakeRun): RunSnapshot {
  return {
    runId,
    name: start.plan.name,
    state,
    elapsedMs: 2_000,
    inPerS: 80,
    outPerS: 8,
    rowsIn: 160,
    rowsOut: { alerts: 16 },
    filtered: 0,
    late: 3,
    inGap: 0,
    deadLetters: {},
    rowsInState: 0,
    conservationError: 0,
    watermarkLagMs: 10,
    latencyMs: null,
    slo: [],
    graph: [],
    lastRows: [],
    problems: [],
    chart: { column: 'rms', unit: null, keys: ['b1'], timesMs: new Float64Array([1, 2]), values: [new Float64Array([0.5, 0.6])] }
  };
}
