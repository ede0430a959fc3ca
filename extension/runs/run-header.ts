import type { RunSnapshot } from '../../worker/protocol';
import { iconButton, LiveRegion, setIconButton } from '../ui/controls';
import { el, setAttributes, setText } from '../ui/dom';
import { formatClock } from '../ui/format';
import { exportIcon, pauseIcon, playIcon, replayIcon, stopIcon } from '../ui/icons';
import { endSentence, isOver, stateWords } from './run-words';

export interface RunControls {
  pause(paused: boolean): void;
  stop(): void;
  replay(): void;
  export(): void;
}

/** Name, state, clock and the controls of a run; greyed with the end's sentence when it is over. */
export class RunHeader {
  readonly node: HTMLElement;
  private readonly name = el('span', { class: 'lt-run-name' });
  private readonly state = el('span', { class: 'lt-run-state' });
  private readonly clock = el('span', { class: 'lt-run-clock' });
  private readonly live = new LiveRegion();
  private readonly pause: HTMLButtonElement;
  private readonly stop: HTMLButtonElement;
  private readonly replay: HTMLButtonElement;
  private readonly export: HTMLButtonElement;
  private paused = false;
  private spoken = '';

  constructor(controls: RunControls) {
    this.pause = iconButton({ icon: pauseIcon, label: 'Pause', onClick: () => controls.pause(!this.paused) });
    this.stop = iconButton({ icon: stopIcon, label: 'Stop', onClick: () => controls.stop() });
    this.replay = iconButton({ icon: replayIcon, label: 'Replay a recording through this pipeline', text: 'replay', onClick: () => controls.replay() });
    this.export = iconButton({ icon: exportIcon, label: 'Export this pipeline as a signed bundle', text: 'export', onClick: () => controls.export() });
    this.node = el('div', { class: 'lt-run-header' }, this.name, this.state, this.clock, el('span', { class: 'lt-run-controls' }, this.pause, this.stop, this.replay, this.export), this.live.node);
  }

  /** `live`: the run is in this page, so it can be paused, stopped, replayed and exported. */
  show(snapshot: RunSnapshot, live: boolean): void {
    const over = isOver(snapshot.state) || !live;
    const words = live || isOver(snapshot.state) ? stateWords(snapshot.state) : ({ text: '■ not running here', style: 'quiet' } as const);
    this.paused = snapshot.state === 'paused';
    setText(this.name, snapshot.name);
    setText(this.state, over ? words.text.slice(0, 1) : words.text);
    setAttributes(this.state, { class: `lt-run-state lt-${words.style}` });
    setText(this.clock, over ? endSentence(snapshot) : formatClock(snapshot.elapsedMs));
    setIconButton(this.pause, this.paused ? playIcon : pauseIcon, this.paused ? 'Resume' : 'Pause');
    for (const button of [this.pause, this.stop]) button.hidden = over;
    for (const button of [this.replay, this.export]) button.hidden = !live;
    this.node.classList.toggle('lt-mod-over', over);
    if (this.spoken !== '' && this.spoken !== words.text) this.live.say(`${snapshot.name}: ${words.text.slice(2)}`);
    this.spoken = words.text;
  }
}
