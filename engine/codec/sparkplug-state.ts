import { assert } from '../error';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import { DecodeProblem } from './decode-problem';
import type { SparkplugEvent } from './sparkplug-host';

export interface SparkplugTopic {
  readonly group: string;
  readonly type: 'NBIRTH' | 'NDATA' | 'NDEATH' | 'NCMD' | 'DBIRTH' | 'DDATA' | 'DDEATH' | 'DCMD' | 'STATE';
  readonly edgeNode: string;
  readonly device: string | null;
}

/** What a birth has said: the data type of each name, the name of each alias. */
export interface Definitions {
  readonly byName: Map<string, string>;
  readonly byAlias: Map<number | bigint, string>;
}

interface Node {
  /** Of the last message; null before the first. */
  seq: number | null;
  bdSeq: number | bigint | null;
  /** Null while no birth is in force. */
  definitions: Definitions | null;
  readonly devices: Map<string, Definitions>;
}

/** Metrics that all births in force may define together, and nodes that may be remembered. */
const METRICS_MAX = 500_000;
const NODES_MAX = 20_000;
const SEQ_COUNT = 256;

/** Birth, death and sequence numbers of edge nodes and their devices. */
export class SparkplugState {
  private readonly nodes = new Map<string, Node>();
  private metricCount = 0;

  /** Names in force for the metrics of a topic; null before a birth. */
  definitionsOf(topic: SparkplugTopic): Definitions | null {
    const node = this.nodes.get(keyOf(topic));
    return (topic.device === null ? node?.definitions : node?.devices.get(topic.device)) ?? null;
  }

  nodeBirth(topic: SparkplugTopic, seq: number | null, bdSeq: number | bigint | null, definitions: Definitions): SparkplugEvent[] {
    const key = keyOf(topic);
    const known = this.nodes.get(key);
    const before = known === undefined ? 0 : sizeOf(known);
    this.reserve(definitions.byName.size - before);
    if (known === undefined && this.nodes.size >= NODES_MAX) throw new DecodeProblem('SIZE', `more than ${NODES_MAX} edge nodes`);
    this.nodes.set(key, { seq, bdSeq, definitions, devices: new Map() });
    return ['nodeBirth'];
  }

  deviceBirth(topic: SparkplugTopic, seq: number | null, definitions: Definitions): SparkplugEvent[] {
    const node = this.nodeOf(topic);
    assert(topic.device !== null, 'a device has a name');
    this.reserve(definitions.byName.size - (node.devices.get(topic.device)?.byName.size ?? 0));
    const events = this.follow(node, seq);
    node.devices.set(topic.device, definitions);
    return [...events, 'deviceBirth'];
  }

  data(topic: SparkplugTopic, seq: number | null): SparkplugEvent[] {
    const node = this.nodeOf(topic);
    const events = this.follow(node, seq);
    if (topic.device !== null && node.definitions !== null && !node.devices.has(topic.device)) events.push('noBirth');
    return events;
  }

  deviceDeath(topic: SparkplugTopic, seq: number | null): SparkplugEvent[] {
    const node = this.nodeOf(topic);
    const events = this.follow(node, seq);
    assert(topic.device !== null, 'a device has a name');
    this.metricCount -= node.devices.get(topic.device)?.byName.size ?? 0;
    node.devices.delete(topic.device);
    return [...events, 'deviceDeath'];
  }

  /** Ends the session of a node; false when `bdSeq` is not that of its birth. */
  nodeDeath(topic: SparkplugTopic, bdSeq: number | bigint | null): boolean {
    const node = this.nodes.get(keyOf(topic));
    if (node === undefined || node.definitions === null || node.bdSeq !== bdSeq) return false;
    this.metricCount -= sizeOf(node);
    node.definitions = null;
    node.devices.clear();
    node.seq = null;
    return true;
  }

  snapshot(writer: SnapshotWriter): void {
    writer.u32(this.nodes.size);
    for (const [key, node] of this.nodes) {
      writer.text(key);
      writer.f64(node.seq ?? NaN);
      writer.text(node.bdSeq === null ? '' : String(node.bdSeq));
      writer.u32(node.definitions === null ? 0 : 1);
      if (node.definitions !== null) writeDefinitions(writer, node.definitions);
      writer.u32(node.devices.size);
      for (const [device, definitions] of node.devices) {
        writer.text(device);
        writeDefinitions(writer, definitions);
      }
    }
  }

  restore(reader: SnapshotReader): void {
    this.nodes.clear();
    this.metricCount = 0;
    for (let left = reader.u32(); left > 0; left--) {
      const key = reader.text();
      const seq = reader.f64();
      const bdSeq = reader.text();
      const definitions = reader.u32() === 1 ? readDefinitions(reader) : null;
      const node: Node = { seq: Number.isNaN(seq) ? null : seq, bdSeq: bdSeq === '' ? null : wholeOf(bdSeq), definitions, devices: new Map() };
      for (let devices = reader.u32(); devices > 0; devices--) {
        const device = reader.text();
        node.devices.set(device, readDefinitions(reader));
      }
      this.nodes.set(key, node);
      this.metricCount += sizeOf(node);
    }
  }

  /** The node of a topic; one that was never born gets an entry that remembers nothing but its sequence. */
  private nodeOf(topic: SparkplugTopic): Node {
    const key = keyOf(topic);
    const known = this.nodes.get(key);
    if (known !== undefined) return known;
    if (this.nodes.size >= NODES_MAX) throw new DecodeProblem('SIZE', `more than ${NODES_MAX} edge nodes`);
    const node: Node = { seq: null, bdSeq: null, definitions: null, devices: new Map() };
    this.nodes.set(key, node);
    return node;
  }

  /** Takes the next sequence number of a node. */
  private follow(node: Node, seq: number | null): SparkplugEvent[] {
    const expected = node.seq === null ? seq : (node.seq + 1) % SEQ_COUNT;
    if (node.definitions === null) return ['noBirth'];
    node.seq = seq ?? expected;
    return seq === expected ? [] : ['seqGap'];
  }

  private reserve(more: number): void {
    if (this.metricCount + more > METRICS_MAX) throw new DecodeProblem('SIZE', `the births in force define more than ${METRICS_MAX} metrics`);
    this.metricCount += more;
  }
}

function keyOf({ group, edgeNode }: SparkplugTopic): string {
  return `${group}/${edgeNode}`;
}

function sizeOf(node: Node): number {
  let size = node.definitions?.byName.size ?? 0;
  for (const device of node.devices.values()) size += device.byName.size;
  return size;
}

function writeDefinitions(writer: SnapshotWriter, { byName, byAlias }: Definitions): void {
  writer.u32(byName.size);
  for (const [name, datatype] of byName) {
    writer.text(name);
    writer.text(datatype);
  }
  writer.u32(byAlias.size);
  for (const [alias, name] of byAlias) {
    writer.text(String(alias));
    writer.text(name);
  }
}

function readDefinitions(reader: SnapshotReader): Definitions {
  const definitions: Definitions = { byName: new Map(), byAlias: new Map() };
  for (let left = reader.u32(); left > 0; left--) {
    const name = reader.text();
    definitions.byName.set(name, reader.text());
  }
  for (let left = reader.u32(); left > 0; left--) {
    const alias = wholeOf(reader.text());
    definitions.byAlias.set(alias, reader.text());
  }
  return definitions;
}

function wholeOf(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
