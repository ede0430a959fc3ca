import type { RunSnapshot } from '../../worker/protocol';
import { el, setAttributes, setText } from '../ui/dom';
import { formatCount, formatDuration, formatRate } from '../ui/format';
import { deadCount, isOver } from './run-words';

interface Figure {
  readonly name: string;
  readonly title: string;
  readonly read: (snapshot: RunSnapshot) => string;
  readonly opens?: 'late' | 'deadLetter';
  readonly alarm?: (snapshot: RunSnapshot) => boolean;
}

const latency = (which: 'p50' | 'p95' | 'p99') => (snapshot: RunSnapshot): string => (snapshot.latencyMs ? formatDuration(snapshot.latencyMs[which]) : '–');
const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, count) => total + count, 0);

const FIGURES: readonly Figure[] = [
  { name: 'in', title: 'records in, per second', read: snapshot => (isOver(snapshot.state) ? formatCount(snapshot.rowsIn) : formatRate(snapshot.inPerS)) },
  { name: 'out', title: 'rows out to all sinks, per second', read: snapshot => (isOver(snapshot.state) ? formatCount(sum(snapshot.rowsOut)) : formatRate(snapshot.outPerS)) },
  { name: 'late', title: 'records that came after their window had closed: show them', read: snapshot => formatCount(snapshot.late), opens: 'late', alarm: snapshot => snapshot.late > 0 },
  { name: 'dead', title: 'records that could not be used: show them', read: snapshot => formatCount(deadCount(snapshot)), opens: 'deadLetter', alarm: snapshot => deadCount(snapshot) > 0 },
  { name: 'lag', title: 'how far the watermark is behind the clock', read: snapshot => (snapshot.watermarkLagMs === null ? '–' : formatDuration(snapshot.watermarkLagMs)) },
  { name: 'p50', title: 'median latency: effect minus receipt', read: latency('p50') },
  { name: 'p95', title: 'latency that 95 of 100 rows stay below', read: latency('p95') },
  { name: 'p99', title: 'latency that 99 of 100 rows stay below', read: latency('p99') }
];

/** The line of figures: once per second, tabular, counters are links to what they count. */
export class RunFigures {
  readonly node: HTMLElement;
  private readonly values: readonly HTMLElement[];

  constructor(onOpen: (kind: 'late' | 'deadLetter') => void) {
    this.values = FIGURES.map(({ opens, title }) => (opens ? el('button', { type: 'button', class: 'lt-link', title, onclick: () => onOpen(opens) }) : el('span')));
    this.node = el(
      'div',
      { class: 'lt-figures', role: 'group', 'aria-label': 'Figures of the run' },
      ...FIGURES.map(({ name, title }, index) => el('span', { class: 'lt-figure', title }, el('span', { class: 'lt-figure-name' }, name), ' ', this.values[index]))
    );
  }

  show(snapshot: RunSnapshot): void {
    FIGURES.forEach((figure, index) => {
      const value = this.values[index];
      if (!value) return;
      setText(value, figure.read(snapshot));
      value.parentElement?.classList.toggle('lt-mod-alarm', figure.alarm?.(snapshot) ?? false);
      if (figure.opens) setAttributes(value, { 'aria-label': `${figure.name} ${figure.read(snapshot)}: show` });
    });
  }
}
