import type { EngineService, RecordingInfo, RunSnapshot } from '../../worker/protocol';
import { newestByName } from '../streams/recording-view';
import { choice, field, whileBusy } from '../ui/controls';
import { el, fill } from '../ui/dom';
import { emptyState, errorCard } from '../ui/error-card';
import { formatBytes, formatDuration, plural } from '../ui/format';

export type ExportResult = Awaited<ReturnType<EngineService['bundle']>>;

export interface ExportRequest {
  readonly runId: string;
  readonly recording: string;
  readonly release: number;
  readonly targets: readonly string[];
  readonly expires: string;
}

const RELEASE_MAX = 1_000_000_000;
const DAY_MS = 86_400_000;

/** What the form's texts ask for, or the sentence that says what to mend. */
export function readExport(texts: { readonly runId: string; readonly recording: string; readonly release: string; readonly targets: string; readonly expires: string }, nowMs: number): ExportRequest | string {
  const release = Number(texts.release);
  if (!Number.isInteger(release) || release < 1 || release > RELEASE_MAX) return `Release ${JSON.stringify(texts.release)}: expected a whole number from 1. An agent takes only a release that is newer than the one it runs.`;
  const expiresMs = Date.parse(`${texts.expires}T00:00:00Z`);
  if (Number.isNaN(expiresMs) || expiresMs <= nowMs) return `Expires ${JSON.stringify(texts.expires)}: expected a day in the future.`;
  const targets = texts.targets.split(/[\s,]+/).filter(target => target !== '');
  if (targets.length === 0) return 'Targets: name at least one, for example * for every agent.';
  return { runId: texts.runId, recording: texts.recording, release, targets, expires: new Date(expiresMs).toISOString() };
}

/** The default of "Expires": a year from `nowMs`, as a day. */
export function inOneYear(nowMs: number): string {
  return new Date(nowMs + 365 * DAY_MS).toISOString().slice(0, 10);
}

export interface ExportFormOptions {
  readonly runs: readonly RunSnapshot[];
  readonly recordings: readonly RecordingInfo[];
  readonly runId: string | null;
  readonly nextRelease: (pipeline: string) => number;
  readonly nowMs: () => number;
  readonly onSubmit: (request: ExportRequest) => Promise<void>;
  readonly onRecord: () => void;
  readonly onNotebook: () => void;
}

/** Which pipeline, which evidence, which release, for whom. */
export function exportForm(options: ExportFormOptions): HTMLElement {
  const recordings = options.recordings.filter(recording => recording.state !== 'recording');
  const runs = newestByName(options.runs);
  if (runs.length === 0) return emptyState('A bundle holds exactly a pipeline that has run here. None has yet.', { label: 'New TypeScript notebook', run: options.onNotebook });
  if (recordings.length === 0) return emptyState('A bundle carries its evidence: a recording that the agent runs again before it goes live. There is no recording yet.', { label: 'Record a topic', run: options.onRecord });
  const given = options.runs.find(run => run.runId === options.runId);
  const shown = given && !runs.includes(given) ? [...runs.filter(run => run.name !== given.name), given] : runs;
  const pipeline = choice({ label: 'Pipeline', name: 'pipeline', choices: shown.map(run => ({ value: run.runId, label: run.name })), value: given?.runId });
  const evidence = choice({ label: 'Evidence', name: 'recording', hint: 'The agent must get the same rows from it, or it refuses.', choices: recordings.map(({ name, durationMs, messages, bytes }) => ({ value: name, label: `${name} (${formatDuration(durationMs)}, ${plural(messages, 'message')}, ${formatBytes(bytes)})` })) });
  const nameOf = (): string => shown.find(run => run.runId === pipeline.select.value)?.name ?? '';
  const release = field({ label: 'Release', name: 'release', type: 'number', value: String(options.nextRelease(nameOf())), hint: 'An agent takes only newer ones; a rollback is a new release.' });
  const targets = field({ label: 'Targets', name: 'targets', value: '*', hint: 'Labels of agents, for example site-a/*' });
  const expires = field({ label: 'Expires', name: 'expires', type: 'date', value: inOneYear(options.nowMs()), hint: 'After this day no agent takes it.' });
  pipeline.select.addEventListener('change', () => (release.input.value = String(options.nextRelease(nameOf()))));
  const answer = el('div', { 'aria-live': 'polite' });
  const submit = el('button', { type: 'submit', class: 'lt-button lt-mod-accent' }, 'Validate and bundle');
  const form = el('form', { class: 'lt-form lt-export-form', 'aria-label': 'Export a bundle', novalidate: true }, pipeline.row, evidence.row, release.row, targets.row, expires.row, el('div', { class: 'lt-actions' }, submit), answer);
  form.addEventListener('submit', event => {
    event.preventDefault();
    const request = readExport({ runId: pipeline.select.value, recording: evidence.select.value, release: release.input.value, targets: targets.input.value, expires: expires.input.value }, options.nowMs());
    if (typeof request === 'string') {
      fill(answer, el('p', { class: 'lt-note lt-mod-warn' }, request));
      return;
    }
    fill(answer, el('p', { class: 'lt-note' }, 'Running the evidence and signing …'));
    void whileBusy(submit, async () => (await options.onSubmit(request), fill(answer)), error => fill(answer, errorCard(error)));
  });
  return form;
}
