import type { EngineService } from '../../worker/protocol';
import { choice, rememberFocus, textButton, whileBusy } from '../ui/controls';
import { el, fill } from '../ui/dom';
import { emptyState, errorCard } from '../ui/error-card';
import { formatDuration, plural } from '../ui/format';

/** "replay" in a run's header: which recording, how fast. The replay is a run of its own and touches nothing outside. */
export async function showReplayForm(
  place: HTMLElement,
  options: { readonly engine: EngineService; readonly runId: string; readonly onStarted: (runId: string) => void; readonly onRecord: () => void }
): Promise<void> {
  const { engine, runId } = options;
  const giveBack = rememberFocus();
  const recordings = (await engine.recordings()).filter(recording => recording.state !== 'recording');
  if (recordings.length === 0) {
    fill(place, emptyState('A replay needs a recording; there is none yet.', { label: 'Record a topic', run: options.onRecord }));
    return;
  }
  const recording = choice({ label: 'Recording', name: 'recording', choices: recordings.map(({ name, durationMs, messages }) => ({ value: name, label: `${name} (${formatDuration(durationMs)}, ${plural(messages, 'message')})` })) });
  const speed = choice({ label: 'Speed', name: 'speed', value: '1', choices: [{ value: '1', label: 'as recorded' }, { value: '10', label: '10 times' }, { value: 'Infinity', label: 'at once' }] });
  const start = textButton({
    label: 'Start replay',
    kind: 'accent',
    onClick: () =>
      void whileBusy(
        start,
        async () => {
          const from = await engine.runStart(runId);
          const started = await engine.startRun({ ...from, seconds: undefined, publish: false, recording: { name: recording.select.value, speed: Number(speed.select.value) } });
          fill(place);
          options.onStarted(started);
        },
        error => fill(place, errorCard(error))
      )
  });
  fill(place, el('div', { class: 'lt-form lt-inline-form' }, recording.row, speed.row, el('div', { class: 'lt-actions' }, start, textButton({ label: 'Cancel', onClick: () => (fill(place), giveBack()) })), el('p', { class: 'lt-hint' }, 'A replay publishes nothing and writes nothing to the lake; every speed gives the same rows.')));
  recording.select.focus();
}
