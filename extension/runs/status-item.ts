import { Widget } from '@lumino/widgets';
import { el, setText } from '../ui/dom';
import { statusWords } from './run-words';
import type { RunsModel } from './runs-model';

/** One honest line in the status bar; a click opens Runs, or Streams while nothing runs. */
export class StatusItem extends Widget {
  private readonly button: HTMLButtonElement;

  constructor(model: RunsModel, options: { readonly onRuns: () => void; readonly onStreams: () => void }) {
    super();
    this.addClass('lt-status');
    this.button = el('button', { type: 'button', class: 'lt-status-button', title: 'Littoral: streams and runs of this page', onclick: () => (model.runs.length > 0 ? options.onRuns() : options.onStreams()) });
    this.node.append(this.button);
    const draw = (): void => setText(this.button, statusWords({ connections: model.connected, runs: model.liveRuns.length, late: model.late, dead: model.dead }));
    model.changed.connect(draw);
    draw();
  }
}
