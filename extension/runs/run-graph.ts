import type { RunSnapshot } from '../../worker/protocol';
import { el, svg } from '../ui/dom';
import { formatCount, formatDuration, formatUtc } from '../ui/format';
import { layoutGraph } from './graph-layout';

type Node = RunSnapshot['graph'][number];

const BOX = { width: 120, height: 44, gapX: 34, gapY: 18, margin: 6 };

/** The operators left to right: edge width is the share of rows, colour only the state, words on hover and for readers. */
export function runGraph(snapshot: Pick<RunSnapshot, 'graph' | 'state' | 'error'>): HTMLElement {
  const { graph } = snapshot;
  if (graph.length === 0) return el('p', { class: 'lt-hint' }, 'The graph is drawn when the run has started.');
  const layout = layoutGraph(graph);
  const width = layout.columns * (BOX.width + BOX.gapX) - BOX.gapX + 2 * BOX.margin;
  const height = layout.rows * (BOX.height + BOX.gapY) - BOX.gapY + 2 * BOX.margin;
  const position = (id: string): { x: number; y: number } => {
    const placed = layout.nodes.get(id) ?? { column: 0, row: 0 };
    return { x: BOX.margin + placed.column * (BOX.width + BOX.gapX), y: BOX.margin + placed.row * (BOX.height + BOX.gapY) };
  };
  const most = Math.max(1, ...graph.map(node => node.rowsIn));
  const picture = svg('svg', { class: 'lt-graph', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': graphWords(graph) });
  for (const node of graph) {
    for (const input of node.inputs) if (layout.nodes.has(input)) picture.append(edge(position(input), position(node.id), 1 + 5 * (node.rowsIn / most)));
  }
  const failing = typeof snapshot.error?.details?.['operator'] === 'string' ? snapshot.error.details['operator'] : null;
  for (const node of graph) picture.append(box(node, position(node.id), node.id === failing));
  return el('div', { class: 'lt-scroll', tabindex: '0', role: 'region', 'aria-label': 'Graph of the pipeline' }, picture);
}

/** The graph in one sentence, for screen readers. */
export function graphWords(graph: readonly Node[]): string {
  return graph.map(node => `${node.id} (${node.op}): ${formatCount(node.rowsIn)} in, ${formatCount(node.rowsOut)} out`).join('; ');
}

function edge(from: { x: number; y: number }, to: { x: number; y: number }, width: number): SVGElement {
  const x1 = from.x + BOX.width;
  const y1 = from.y + BOX.height / 2;
  const y2 = to.y + BOX.height / 2;
  const bend = Math.max(16, (to.x - x1) / 2);
  return svg('path', { class: 'lt-graph-edge', d: `M${x1} ${y1}C${x1 + bend} ${y1} ${to.x - bend} ${y2} ${to.x} ${y2}`, 'stroke-width': width.toFixed(1) });
}

function box(node: Node, { x, y }: { x: number; y: number }, failing: boolean): SVGElement {
  const lag = node.lagMs === null ? '' : `, ${formatDuration(node.lagMs)} behind the newest arrival`;
  const watermark = node.watermarkMs === null ? 'no watermark yet' : `watermark ${formatUtc(node.watermarkMs)}${lag}`;
  return svg(
    'g',
    { class: failing ? 'lt-graph-node lt-mod-failing' : 'lt-graph-node', transform: `translate(${x} ${y})` },
    svg('title', {}, `${node.id} (${node.op})\n${formatCount(node.rowsIn)} rows in, ${formatCount(node.rowsOut)} out, ${formatCount(node.lost)} did not go on\n${watermark}\n\n${node.doc}`),
    svg('rect', { width: BOX.width, height: BOX.height, rx: 4 }),
    svg('text', { x: 10, y: 18, class: 'lt-graph-name' }, fit(node.op === 'sink' || node.op === 'source' ? node.id : node.op)),
    svg('text', { x: 10, y: 34, class: 'lt-graph-count' }, node.op === 'sink' ? `${formatCount(node.rowsIn)} rows` : `${formatCount(node.rowsIn)} → ${formatCount(node.rowsOut)}`)
  );
}

function fit(label: string): string {
  return label.length > 16 ? `${label.slice(0, 15)}…` : label;
}
