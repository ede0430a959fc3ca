import type { EngineService, RecordingInfo, RunSnapshot } from '../../worker/protocol';
import { choice, rememberFocus, textButton, whileBusy } from '../ui/controls';
import { el, fill } from '../ui/dom';
import { download } from '../ui/download';
import { errorCard } from '../ui/error-card';
import { formatBytes, formatDuration, formatUtc, plural } from '../ui/format';

export interface RecordingViewOptions {
  readonly recording: RecordingInfo;
  readonly engine: () => Promise<EngineService>;
  readonly onInsertReplay: (recording: RecordingInfo) => Promise<void>;
  readonly onOpenRun: (runId: string) => void;
  readonly onStop: () => void;
  readonly onDeleted: () => void;
}

const SPEEDS = [
  { value: '1', label: 'as recorded' },
  { value: '10', label: '10 times' },
  { value: 'Infinity', label: 'at once' }
];

/** The drawer of a recording: what it is; replay, export, delete. */
export class RecordingView {
  readonly node: HTMLElement;
  private readonly place = el('div', { 'aria-live': 'polite' });

  constructor(private readonly options: RecordingViewOptions) {
    const { recording } = options;
    const exporting = textButton({ label: 'Export', title: `${recording.name}.recording.ndjson`, onClick: () => void whileBusy(exporting, () => this.export(), error => this.fail(error)) });
    const replaying = textButton({ label: 'Replay…', kind: 'accent', onClick: () => void whileBusy(replaying, () => this.showReplay(), error => this.fail(error)) });
    this.node = el(
      'div',
      { class: 'lt-drawer-body' },
      el('p', {}, `${plural(recording.messages, 'message')} of `, el('code', {}, recording.topic), ` in ${formatDuration(recording.durationMs)}, ${formatBytes(recording.bytes)}.`),
      el('p', { class: 'lt-hint', title: new Date(recording.createdAtMs).toLocaleString() }, formatUtc(recording.createdAtMs)),
      recording.state === 'interrupted' && el('p', { class: 'lt-note lt-mod-warn' }, 'Interrupted: the page closed while it was recording. What is counted here is kept and can be replayed.'),
      recording.state === 'recording'
        ? el('div', { class: 'lt-actions' }, textButton({ label: 'Stop recording', kind: 'accent', onClick: options.onStop }))
        : el('div', { class: 'lt-actions' }, replaying, exporting, textButton({ label: 'Delete…', onClick: () => this.askDelete() })),
      this.place
    );
  }

  /** Deleting cannot be undone, so it is asked for in place. */
  askDelete(): void {
    const { recording } = this.options;
    const yes = textButton({
      label: 'Delete for good',
      kind: 'warn',
      onClick: () => void whileBusy(yes, async () => {
        await (await this.options.engine()).deleteRecording(recording.name);
        this.options.onDeleted();
      }, error => this.fail(error))
    });
    const giveBack = rememberFocus();
    const no = textButton({ label: 'Keep', onClick: () => (fill(this.place), giveBack()) });
    fill(this.place, el('div', { class: 'lt-confirm', role: 'group', 'aria-label': 'Confirm' }, el('p', {}, `Delete "${recording.name}"? Its ${plural(recording.messages, 'message')} exist nowhere else unless you exported them.`), el('div', { class: 'lt-actions' }, yes, no)));
    no.focus();
  }

  private async showReplay(): Promise<void> {
    const { recording } = this.options;
    const engine = await this.options.engine();
    const runs = newestByName(await engine.runs());
    const insert = textButton({ label: 'Insert replay cell', kind: runs.length === 0 ? 'accent' : 'plain', onClick: () => void whileBusy(insert, () => this.options.onInsertReplay(recording), error => this.fail(error)) });
    if (runs.length === 0) {
      fill(this.place, el('p', { class: 'lt-note' }, 'No pipeline has run in this page yet. Run one, or replay from a cell.'), el('div', { class: 'lt-actions' }, insert));
      return;
    }
    const through = choice({ label: 'Pipeline', name: 'pipeline', choices: runs.map(run => ({ value: run.runId, label: run.name })) });
    const speed = choice({ label: 'Speed', name: 'speed', choices: SPEEDS, value: '1', hint: 'Every speed gives the same rows.' });
    const start = textButton({
      label: 'Start replay',
      kind: 'accent',
      onClick: () => void whileBusy(start, async () => {
        const from = await engine.runStart(through.select.value);
        this.options.onOpenRun(await engine.startRun({ ...from, seconds: undefined, publish: false, recording: { name: recording.name, speed: Number(speed.select.value) } }));
      }, error => this.fail(error))
    });
    fill(this.place, el('div', { class: 'lt-form' }, through.row, speed.row, el('p', { class: 'lt-hint' }, 'A replay publishes nothing and writes nothing to the lake.'), el('div', { class: 'lt-actions' }, start, insert)));
  }

  private async export(): Promise<void> {
    const { recording } = this.options;
    download(`${recording.name}.recording.ndjson`, await (await this.options.engine()).exportRecording(recording.name), 'application/x-ndjson');
  }

  private fail(error: unknown): void {
    fill(this.place, errorCard(error));
  }
}

/** The newest run of each pipeline name, the newest first; `runs` are in the order of their start. */
export function newestByName(runs: readonly RunSnapshot[]): readonly RunSnapshot[] {
  const newest = new Map<string, RunSnapshot>();
  for (const run of [...runs].reverse()) if (!newest.has(run.name)) newest.set(run.name, run);
  return [...newest.values()];
}
