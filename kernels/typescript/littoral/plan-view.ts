import type { Plan, PlanNode, SinkConfig, SourceConfig } from '../../../engine/plan/plan';
import { inputsOf, producerOf } from '../../../engine/plan/inputs-of';
import type { WindowSpec } from '../../../engine/plan/nodes/window';
import { typeName } from '../../../engine/schema/schema';
import type { MimeBundle } from '../ports';
import { bundle } from '../runtime/representation';
import { escapeHtml } from '../runtime/table';

/** A pipeline as its stages, one a line; branches are indented below the stage that they leave. */
export function planBundle(plan: Plan): MimeBundle {
  const lines = stageLines(plan);
  const text = [plan.name, ...lines.map(({ depth, node }) => `${'  '.repeat(depth + 1)}${node.op.padEnd(7)} ${describeNode(node)}`)].join('\n');
  const rows = lines.map(({ depth, node }) => `<tr><td style="text-align:left;padding-left:${depth * 1.5 + 0.5}em">${depth === 0 ? '' : '↳ '}<b>${escapeHtml(node.op)}</b></td><td style="text-align:left">${escapeHtml(describeNode(node))}</td></tr>`);
  return bundle({ 'text/plain': text, 'text/html': `<p><b>${escapeHtml(plan.name)}</b></p><table><tbody>${rows.join('')}</tbody></table>` });
}

interface StageLine {
  readonly depth: number;
  readonly node: PlanNode;
}

/** Depth first; of several followers the last one in the plan is the main line. */
function stageLines(plan: Plan): StageLine[] {
  const followers = new Map<string, PlanNode[]>();
  for (const node of plan.nodes) for (const input of inputsOf(node)) followers.set(producerOf(input).id, [...(followers.get(producerOf(input).id) ?? []), node]);
  const lines: StageLine[] = [];
  const seen = new Set<PlanNode>();
  const walk = (node: PlanNode, depth: number): void => {
    if (seen.has(node)) return;
    seen.add(node);
    lines.push({ depth, node });
    const next = followers.get(node.id) ?? [];
    for (const [index, follower] of next.entries()) walk(follower, index === next.length - 1 ? depth : depth + 1);
  };
  for (const node of plan.nodes) if (node.op === 'source') walk(node, 0);
  return lines;
}

/** What a live run of it needs, when that is no broker. */
const SOURCE_WORDS: Readonly<Record<SourceConfig['connector'], string>> = { mqtt: '', file: 'files (at the edge) ', http: 'POST /ingest/ (at the edge) ' };

function sinkWords(config: SinkConfig): string {
  switch (config.connector) {
    case 'mqtt':
      return `${config.topic} on "${config.connection}"`;
    case 'http':
      return `${config.method} ${config.path} to "${config.connection}" (at the edge)`;
    case 'file':
      return `file ${config.path} in "${config.connection}" (at the edge)`;
    case 'stdout':
      return 'standard output (at the edge)';
    case 'statsd':
      return `StatsD ${config.prefix}.* to "${config.connection}" (at the edge)`;
    case 'lake':
      return `table "${config.table}"${config.partitionBy.length === 0 ? '' : ` by ${config.partitionBy.join(', ')}`}${config.mergeBy === undefined ? '' : `, one row per ${config.mergeBy.join(', ')} (merged at the edge)`}`;
    case 'featureStore':
      return `feature store, view "${config.view}"`;
  }
}

function describeNode(node: PlanNode): string {
  switch (node.op) {
    case 'source':
      return `${SOURCE_WORDS[node.config.connector]}${node.config.topic} from "${node.config.connection}": ${node.config.schema.fields.map(({ name, type }) => `${name} ${typeName(type)}`).join(', ')}; event time ${node.config.eventTime}, out of order up to ${node.config.maxOutOfOrdernessMs} ms`;
    case 'filter':
      return 'rows that meet its condition';
    case 'select':
      return node.config.columns.map(({ name }) => name).join(', ');
    case 'keyBy':
      return node.config.columns.join(', ');
    case 'window':
      return `${windowWords(node.config.window)}: ${node.config.aggregates.map(({ name, fn, column }) => `${name} = ${fn}(${column ?? ''})`).join(', ')}`;
    case 'predict':
      return `${node.config.model}: ${Object.values(node.config.inputs).flat().join(', ')} → ${Object.values(node.config.outputs).map(({ column }) => column).join(', ')}`;
    case 'union':
      return `the rows of ${node.inputs.join(', ')}`;
    case 'sink':
      return sinkWords(node.config);
    default:
      return [...('inputs' in node ? [node.inputs.join(' with ')] : []), ...settingsOf(node.config)].join(', ');
  }
}

/** The settings that fit on a line: `on device, lowerMs 0`. */
function settingsOf(config: object): string[] {
  return Object.entries(config).flatMap(([name, value]: [string, unknown]) => {
    if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value.length === 0 ? [] : [`${name} ${value.join(' ')}`];
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [`${name} ${String(value)}`] : [];
  });
}

/** `tumbling 1000 ms`, `hopping 1000 ms, hop 100 ms`, `counting rows 5, hopRows 5`. */
function windowWords({ kind, ...sizes }: WindowSpec): string {
  const given = Object.entries(sizes).filter(([, size]) => size !== 0 && size !== null && size !== false);
  return `${kind} ${given.map(([name, size]) => (name.endsWith('Ms') ? `${name === 'sizeMs' ? '' : `${name.slice(0, -2)} `}${String(size)} ms` : `${name} ${String(size)}`)).join(', ')}`;
}
