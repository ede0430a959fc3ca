import type { PipelineHost, RecordingRef, Report } from '../../../engine/api/host';
import type { Plan } from '../../../engine/plan/plan';

const report: Report = {
  rowsIn: 0,
  rowsOut: {},
  late: 0,
  inGap: 0,
  filtered: 0,
  deadLetters: {},
  duplicates: 0,
  dropped: 0,
  conservationError: 0,
  watermarkMs: 0,
  outputSha256: '',
  engineVersion: 'test'
};

export const recording: RecordingRef = { name: 'monday', messages: 3, bytes: 30, durationMs: 1000 };

/** A host that does nothing but remember what it was asked for. */
export class FakeHost implements PipelineHost {
  readonly calls: { readonly verb: string; readonly plan: Plan | null; readonly options: unknown }[] = [];

  run(plan: Plan, options: unknown): ReturnType<PipelineHost['run']> {
    this.calls.push({ verb: 'run', plan, options });
    return Promise.resolve({ id: 'run-1', stop: () => Promise.resolve(report), done: Promise.resolve(report) });
  }
  record(topic: string, options: unknown): ReturnType<PipelineHost['record']> {
    this.calls.push({ verb: `record ${topic}`, plan: null, options });
    return Promise.resolve(recording);
  }
  replay(plan: Plan, of: RecordingRef): ReturnType<PipelineHost['replay']> {
    this.calls.push({ verb: 'replay', plan, options: of });
    return Promise.resolve({ report, rows: [] });
  }
  validate(plan: Plan, _of: RecordingRef, options: unknown): ReturnType<PipelineHost['validate']> {
    this.calls.push({ verb: 'validate', plan, options });
    return Promise.resolve({ ok: true, report, checks: [], differences: [] });
  }
  export(plan: Plan, options: unknown): ReturnType<PipelineHost['export']> {
    this.calls.push({ verb: 'export', plan, options });
    return Promise.resolve({ fileName: `${plan.name}-1.littoral.zip`, bytes: 1, sha256: '' });
  }
}
