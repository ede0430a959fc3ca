import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { DecodeLimits } from './decode-failure';
import { DecodeProblem } from './decode-problem';
import type { MessageTree } from './protobuf-tree';
import { readMessageTree } from './protobuf-tree';
import { WireReader } from './protobuf-wire';
import { SPARKPLUG_PAYLOAD } from './sparkplug-messages';
import { SparkplugState } from './sparkplug-state';
import type { Definitions, SparkplugTopic } from './sparkplug-state';
import { sparkplugType, sparkplugValue } from './sparkplug-value';
import type { PlainValue } from './tree-target';

/** What a host must notice. `seqGap`: messages are missing; `noBirth`: data before a birth, so a rebirth should be asked for; `staleDeath`: of an older session, ends nothing. */
export type SparkplugEvent = 'nodeBirth' | 'nodeDeath' | 'staleDeath' | 'deviceBirth' | 'deviceDeath' | 'seqGap' | 'noBirth' | 'unknownAlias' | 'rebirthRequest' | 'command' | 'hostState';

export interface SparkplugMetric {
  readonly name: string;
  readonly datatype: string;
  /** The metric's own time, else the payload's; null when neither is there. */
  readonly timestampMs: number | null;
  readonly value: PlainValue;
  readonly historical: boolean;
}

export interface SparkplugMessage {
  readonly topic: SparkplugTopic;
  readonly payloadTimestampMs: number | null;
  readonly seq: number | null;
  readonly bdSeq: number | bigint | null;
  readonly metrics: readonly SparkplugMetric[];
  /** Aliases that no birth has named; these metrics have no value. */
  readonly unknownAliases: readonly (number | bigint)[];
  readonly events: readonly SparkplugEvent[];
}

const SEQ_MAX = 255;
const REBIRTH = 'Node Control/Rebirth';
const TYPES = ['NBIRTH', 'NDATA', 'NDEATH', 'NCMD', 'DBIRTH', 'DDATA', 'DDEATH', 'DCMD'] as const;

/**
 * A Sparkplug B host (Eclipse Sparkplug 3.0) without the network: takes the messages of any number of edge nodes in the order of
 * their arrival, keeps what their births have said, and tells values and events. Refuses a message as a whole by DecodeProblem.
 */
export class SparkplugHost {
  private readonly reader = new WireReader();
  private readonly state = new SparkplugState();

  constructor(private readonly limits: DecodeLimits) {}

  get position(): number {
    return this.reader.position;
  }

  receive(topicText: string, payload: Uint8Array): SparkplugMessage {
    this.reader.open(payload);
    const topic = parseTopic(topicText);
    if (topic === null) return { topic: { group: '', type: 'STATE', edgeNode: '', device: null }, payloadTimestampMs: null, seq: null, bdSeq: null, metrics: [], unknownAliases: [], events: ['hostState'] };
    const tree: MessageTree = new Map();
    readMessageTree(this.reader, payload.length, SPARKPLUG_PAYLOAD, tree, { depth: 1, depthMax: this.limits.depthMax });
    return this.interpret(topic, tree);
  }

  snapshot(writer: SnapshotWriter): void {
    this.state.snapshot(writer);
  }

  restore(reader: SnapshotReader): void {
    this.state.restore(reader);
  }

  private interpret(topic: SparkplugTopic, tree: MessageTree): SparkplugMessage {
    const metrics = (tree.get('metrics') ?? []) as MessageTree[];
    const payloadTimestampMs = timeOf(tree.get('timestamp'));
    const head = { topic, payloadTimestampMs, seq: seqOf(tree) };
    if (topic.type === 'NDEATH') {
      const bdSeq = bdSeqOf(metrics);
      return { ...head, seq: null, bdSeq, metrics: [], unknownAliases: [], events: [this.state.nodeDeath(topic, bdSeq) ? 'nodeDeath' : 'staleDeath'] };
    }
    if (topic.type === 'NCMD' || topic.type === 'DCMD') {
      const rebirth = metrics.some(metric => metric.get('name') === REBIRTH && metric.get('boolean_value') === true);
      return { ...head, bdSeq: null, metrics: [], unknownAliases: [], events: [rebirth ? 'rebirthRequest' : 'command'] };
    }
    if (topic.type === 'NBIRTH' || topic.type === 'DBIRTH') return this.birth(head, metrics);
    return this.data(head, metrics);
  }

  private birth(head: Pick<SparkplugMessage, 'topic' | 'payloadTimestampMs' | 'seq'>, trees: readonly MessageTree[]): SparkplugMessage {
    const { topic, payloadTimestampMs, seq } = head;
    const definitions: Definitions = { byName: new Map(), byAlias: new Map() };
    const metrics = trees.map(tree => {
      const name = tree.get('name');
      if (typeof name !== 'string' || name === '') throw new DecodeProblem('MISSING_FIELD', 'a metric of a birth has no name');
      const datatype = sparkplugType(tree.get('datatype'));
      const alias = tree.get('alias') as number | bigint | undefined;
      if (alias !== undefined) {
        if (definitions.byAlias.has(alias)) throw new DecodeProblem('DUPLICATE_KEY', `two metrics of one birth have alias ${alias}`);
        definitions.byAlias.set(alias, name);
      }
      definitions.byName.set(name, datatype);
      return metricOf(tree, name, datatype, payloadTimestampMs);
    });
    const bdSeq = topic.type === 'NBIRTH' ? bdSeqOf(trees) : null;
    const events = topic.type === 'NBIRTH' ? this.state.nodeBirth(topic, seq, bdSeq, definitions) : this.state.deviceBirth(topic, seq, definitions);
    return { ...head, bdSeq, metrics, unknownAliases: [], events };
  }

  private data(head: Pick<SparkplugMessage, 'topic' | 'payloadTimestampMs' | 'seq'>, trees: readonly MessageTree[]): SparkplugMessage {
    const { topic, payloadTimestampMs, seq } = head;
    const definitions = this.state.definitionsOf(topic);
    const metrics: SparkplugMetric[] = [];
    const unknownAliases: (number | bigint)[] = [];
    if (topic.type !== 'DDEATH') {
      for (const tree of trees) {
        const alias = tree.get('alias') as number | bigint | undefined;
        const given = tree.get('name') as string | undefined;
        const name = given !== undefined && given !== '' ? given : alias === undefined ? undefined : definitions?.byAlias.get(alias);
        if (name === undefined && alias === undefined) throw new DecodeProblem('MISSING_FIELD', 'a metric has neither a name nor an alias');
        if (name === undefined) {
          unknownAliases.push(alias!);
          continue;
        }
        const datatype = tree.has('datatype') ? sparkplugType(tree.get('datatype')) : definitions?.byName.get(name);
        if (datatype === undefined) throw new DecodeProblem('UNKNOWN_SCHEMA', `metric "${name}" has no data type and no birth has told one`);
        metrics.push(metricOf(tree, name, datatype, payloadTimestampMs));
      }
    }
    const events = topic.type === 'DDEATH' ? this.state.deviceDeath(topic, seq) : this.state.data(topic, seq);
    if (unknownAliases.length > 0 && !events.includes('noBirth')) events.push('unknownAlias');
    return { ...head, bdSeq: null, metrics, unknownAliases, events };
  }
}

function metricOf(tree: MessageTree, name: string, datatype: string, payloadTimestampMs: number | null): SparkplugMetric {
  return { name, datatype, timestampMs: timeOf(tree.get('timestamp')) ?? payloadTimestampMs, value: sparkplugValue(tree, datatype), historical: tree.get('is_historical') === true };
}

/** The parts of `spBv1.0/group/type/node[/device]`; null for `spBv1.0/STATE/…`. Throws DecodeProblem `SYNTAX`. */
function parseTopic(text: string): SparkplugTopic | null {
  const [namespace, group, type, edgeNode, device, ...rest] = text.split('/');
  if (namespace === 'spBv1.0' && group === 'STATE' && type !== undefined && edgeNode === undefined) return null;
  const known = TYPES.find(each => each === type);
  const proper = namespace === 'spBv1.0' && group && known && edgeNode && rest.length === 0 && (known.startsWith('D') ? Boolean(device) : device === undefined);
  if (!proper) throw new DecodeProblem('SYNTAX', `topic "${text.slice(0, 128)}" is not as in Sparkplug B: spBv1.0/group/type/node or …/device`, 0);
  return { group, type: known, edgeNode, device: device ?? null };
}

function seqOf(tree: MessageTree): number | null {
  const seq = tree.get('seq');
  if (seq === undefined) return null;
  if (typeof seq !== 'number' || seq > SEQ_MAX) throw new DecodeProblem('RANGE', `seq ${String(seq)} is more than ${SEQ_MAX}`);
  return seq;
}

function timeOf(value: unknown): number | null {
  if (value === undefined) return null;
  if (typeof value !== 'number') throw new DecodeProblem('RANGE', `a timestamp of ${String(value)} ms`);
  return value;
}

function bdSeqOf(metrics: readonly MessageTree[]): number | bigint | null {
  const metric = metrics.find(each => each.get('name') === 'bdSeq');
  const value = metric?.get('long_value') ?? metric?.get('int_value');
  return value === undefined ? null : (value as number | bigint);
}
