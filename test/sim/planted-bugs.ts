/** A bug to plant: each `find` stands exactly once in its file. */
export interface PlantedBug {
  readonly name: string;
  readonly edits: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
  /** Seeds that showed it when they were last searched for; the first that still does is enough. */
  readonly seeds: readonly number[];
}

const INTAKE = 'edge/agent/intake.ts';
const JOURNAL = 'edge/agent/journal.ts';
const PIPELINE = 'edge/agent/pipeline.ts';
const OUTGOING = 'edge/agent/outgoing.ts';
const RELEASE_STATE = 'edge/agent/release-state.ts';
const LEDGER = 'edge/mqtt/packet-ledger.ts';
const PUBLISHER = 'edge/mqtt/publisher.ts';
const STORE = 'edge/store/store.ts';

function bug(name: string, file: string, find: string, replace: string, seeds: readonly number[] = []): PlantedBug {
  return { name, edits: [{ file, find, replace }], seeds };
}

/** Bugs that a reasonable person could make on the durable path: what is promised before it holds, kept too short, counted wrong or forgotten. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  bug('a message is acknowledged before it is on disk', INTAKE, 'this.acknowledge(session, encodeAck(packet.qos === 1 ? PacketType.puback : PacketType.pubrec, packet.packetId));', 'session.acknowledge([encodeAck(packet.qos === 1 ? PacketType.puback : PacketType.pubrec, packet.packetId)]); this.schedule();', [1]),
  bug('PUBCOMP leaves before the packet id is deleted', INTAKE, 'this.acknowledge(session, encodeAck(PacketType.pubcomp, packetId));', 'session.acknowledge([encodeAck(PacketType.pubcomp, packetId)]);', [4]),
  bug('packet ids of a former connection are acknowledged', INTAKE, 'ack.session === session && ack.connectionCount === session.connectionCount', 'ack.session === session', [31]),
  bug('acknowledgements leave in the wrong order', INTAKE, 'session.acknowledge(due.map(ack => ack.bytes))', 'session.acknowledge(due.map(ack => ack.bytes).reverse())', [1]),
  bug('a group that did not fit on the disk is acknowledged all the same', INTAKE, '      this.retrying = true;\n      this.options.env.setTimer(RETRY_MS, () => this.flush());\n      return;\n', '      this.sendAcks();\n', [8]),
  bug('a group that did not fit on the disk is not tried again', INTAKE, '      this.options.env.setTimer(RETRY_MS, () => this.flush());\n      return;\n', '      this.retrying = false;\n      this.inputs = [];\n      this.acks = [];\n      return;\n', [8]),
  bug('packet ids are written after the messages, not with them', INTAKE, '      for (const session of this.sessions) session.ledger.write(store);\n', '      const later = [...this.sessions]; void Promise.resolve().then(() => store.transaction(() => { for (const session of later) session.ledger.write(store); }));\n', [5]),
  bug('an idle tick reaches the engine without a number', INTAKE, "    this.inputs.push({ kind: 'tick', arrivalTimeMs: this.options.env.nowMs() });\n", "    return this.options.onInputs([{ kind: 'tick', arrivalTimeMs: this.options.env.nowMs() }]);\n", [2]),
  bug('packet ids that could not be written are forgotten', LEDGER, '      else store.clearPackets(this.source);\n    }\n', '      else store.clearPackets(this.source);\n    }\n    this.changes = [];\n', [66]),
  bug('completed packet ids are not remembered', LEDGER, "    this.changes.push({ kind: 'delete', id });\n    this.put('done', record);\n", "    this.changes.push({ kind: 'delete', id });\n", [61]),
  bug('a new session keeps the packet ids of the old one', LEDGER, 'if (present || (this.inflight.size === 0 && this.done.size === 0)) return;', 'if (present || this.resuming === present) return;', [75]),
  bug('a repetition is known by its packet id alone', LEDGER, 'finished.hash === hash && ', '', [1]),
  bug('a packet id in flight is not known as a repetition', LEDGER, 'if (pending.hash === hash) return this.repeated();', '', [5]),
  bug('a repetition without DUP counts as new', LEDGER, 'recent && (packet.dup || this.resuming)', 'recent && packet.dup', [61]),
  bug('the counts of effects are written after the effects, not with them', PIPELINE, '        for (const [name, outgoing] of this.outgoing) store.setCursor(`emitted:${name}`, outgoing.written);\n', '        void Promise.resolve().then(() => store.transaction(() => { for (const [name, outgoing] of this.outgoing) store.setCursor(`emitted:${name}`, outgoing.written); }));\n', [3]),
  bug('a checkpoint forgets how many effects it had given', PIPELINE, 'emitted: this.given() });', 'emitted: {} });', [1]),
  bug('a restored engine leaves one input out', PIPELINE, "this.seq = checkpoint?.seq ?? store.cursor('start') ?? -1;", "this.seq = checkpoint === null ? (store.cursor('start') ?? -1) : checkpoint.seq + 1;", [1]),
  bug('inputs count as written although the transaction was not', PIPELINE, "        for (const row of rows) store.putOutbox(row);\n", "        for (const row of rows) store.putOutbox(row);\n        journal.settled();\n", [77]),
  bug('effects known before a restart are given again', OUTGOING, 'this.repeated = progress.written - progress.atCheckpoint;', 'this.repeated = 0;', [3]),
  bug('rows that a former process left are not carried out', 'edge/agent/sinks.ts', 'of this.options.store.sinksWithRows()', 'of this.options.store.sinksWithRows().slice(1)', [67]),
  bug('dead letters are counted again after a restart', PIPELINE, 'const known = Math.min(this.repeatedLetters, result.deadLetters.length);', 'const known = 0;', [2]),
  bug('a checkpoint names one input more than it covers', PIPELINE, 'store.writeCheckpoint({ seq: this.seq,', 'store.writeCheckpoint({ seq: this.seq + 1,', [1]),
  bug('numbers of inputs that a checkpoint covers are given again', STORE, "Math.max(last === undefined ? -1 : Number(last), this.cursor('graph') ?? -1, this.cursor('start') ?? -1)", "(last === undefined ? -1 : Number(last))", [1]),
  bug('what waits in the journal is written without its order', JOURNAL, 'due.flatMap(group => group.inputs)', '[...due].reverse().flatMap(group => group.inputs)', [2]),
  {
    name: 'the disk is asked to sync only now and then',
    edits: [
      { file: 'edge/store/db.ts', find: 'PRAGMA synchronous=FULL;', replace: 'PRAGMA synchronous=NORMAL;' },
      { file: 'edge/store/db.ts', find: 'const SYNCHRONOUS_FULL = 2;', replace: 'const SYNCHRONOUS_FULL = 1;' }
    ],
    seeds: [3]
  },
  bug('an outbox row is deleted before the broker has confirmed it', 'edge/sink/mqtt-sink.ts', 'if (open.next >= open.effects.length) this.current = null;', 'if (open.next >= open.effects.length) { this.current = null; this.feed.done(open.row); }', [30]),
  bug('the publisher forgets what was on its way when the connection is lost', PUBLISHER, 'this.unsent = [...this.flights.keys()];', 'this.unsent = []; for (const { done } of this.flights.values()) done(); this.flights.clear();', [74]),
  {
    name: 'packet ids are used again before they are free',
    edits: [
      { file: PUBLISHER, find: '    while (this.flights.has(this.nextId)) this.nextId = (this.nextId % 65_535) + 1;\n', replace: '' },
      { file: PUBLISHER, find: '    this.nextId = (id % 65_535) + 1;\n    return id;', replace: '    this.nextId = (id % 3) + 1;\n    return id;' }
    ],
    seeds: [1]
  },
  bug('the publisher does not send again after a reconnection', PUBLISHER, 'for (let count = 0; count < session.limits.receiveMax; count++) this.sendAgain();', '', [74]),
  bug('two releases give their effects the same ids', 'edge/sink/sink-port.ts', '`${pipeline}/${release}/${sinkName}`', '`${pipeline}/${Math.min(release, 2)}/${sinkName}`', [3]),
  bug('a release takes over without the counts of effects', RELEASE_STATE, 'emitted: countsOf(before, [...sinks, DEAD_LETTERS]) }', 'emitted: {} }', [3]),
  bug('the inputs that a rollback needs are trimmed', RELEASE_STATE, '  store.setCursor(KEEP, start.seq);\n', '', [67]),
  bug('a bundle is active before its bytes are synced', 'edge/sink/lake/durable-file.ts', '      await file.sync();\n', '', [3]),
  bug('the name of a bundle is not synced', 'edge/sink/lake/durable-file.ts', '    if (created) await syncFolder(folder);\n', '', [5]),
  bug('a session that is present is not subscribed again', 'edge/mqtt/subscriber.ts', 'const again = before === this.wanted;', 'const again = before === this.wanted; if (again) return;', [96]),
  {
    name: 'a connection is written to after its goodbye',
    edits: [
      { file: 'edge/mqtt/connection.ts', find: 'if (!this.closed && this.ending === null) this.socket.write(bytes);', replace: 'if (!this.closed) this.socket.write(bytes);' },
      { file: 'edge/mqtt/client.ts', find: "if (this.current.state === 'connected') this.connection?.send(bytes);", replace: "if (this.current.state !== 'connecting') this.connection?.send(bytes);" }
    ],
    seeds: [10]
  },
  bug('what was for a former connection is written to the next before it is accepted', 'edge/mqtt/client.ts', "if (this.current.state === 'connected') this.connection?.send(bytes);", 'this.connection?.send(bytes);', [1113]),
  bug('the packet ids of a lost session leave the disk with the next message only', 'edge/mqtt/subscriber.ts', 'if (!session.present) this.forgetIds();', '', [1351, 3260]),
  bug('a disk that fails while the agent stops is told as something else', 'edge/agent/agent.ts', '      if (this.failure === null) throw error;\n', '      throw error;\n', [1372]),
  bug('who stops a client a second time makes the first wait for ever', 'edge/mqtt/client.ts', 'this.ended ??= new Promise(done => {', 'this.ended = new Promise(done => {', [11348])
];
