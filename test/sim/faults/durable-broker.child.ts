import { closeSync, existsSync, fdatasyncSync, fsyncSync, openSync, readFileSync, renameSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { generate, parser, type Packet } from 'mqtt-packet';
import { topicMatches } from '../../../engine/graph/topic-filter';

/** One message in the broker's log: topic, payload, effect id or null. */
type LoggedMessage = readonly [topic: string, payload: string, effectId: string | null];

interface Session {
  filters: string[];
  /** Everything before it has been confirmed. */
  cursor: number;
}

const INFLIGHT_MAX = 500;
const SAVE_MS = 50;
const PACKET_IDS = 65_535;

/**
 * A broker of MQTT 3.1.1 and 5 that acknowledges only what it has synced to disk: `<port> <folder>`. It remembers sessions;
 * how far they are is written a little later, so that after a kill it sends some messages again under their packet ids.
 */
class DurableBroker {
  readonly messages: LoggedMessage[] = [];
  readonly connections = new Set<Connection>();
  private readonly sessions = new Map<string, Session>();
  private readonly log: number;
  private unsynced: string[] = [];
  private afterSync: (() => void)[] = [];
  private dirty = false;

  constructor(private readonly folder: string) {
    const path = join(folder, 'messages.ndjson');
    if (existsSync(path)) this.load(path);
    this.log = openSync(path, 'a');
    const known = join(folder, 'sessions.json');
    if (existsSync(known)) for (const [id, session] of Object.entries(JSON.parse(readFileSync(known, 'utf8')) as Record<string, Session>)) this.sessions.set(id, session);
    setInterval(() => this.save(), SAVE_MS);
  }

  session(clientId: string, clean: boolean): { readonly session: Session; readonly present: boolean } {
    const known = clean ? undefined : this.sessions.get(clientId);
    const session = known ?? { filters: [], cursor: this.messages.length };
    this.sessions.set(clientId, session);
    return { session, present: known !== undefined };
  }

  /** Calls `then` when the message is on disk. */
  append(message: LoggedMessage, then: () => void): void {
    if (this.unsynced.length === 0) setImmediate(() => this.sync());
    this.unsynced.push(`${JSON.stringify(message)}\n`);
    this.messages.push(message);
    this.afterSync.push(then);
  }

  changed(): void {
    this.dirty = true;
  }

  /** Writes the sessions, synced. */
  save(): void {
    if (!this.dirty) return;
    this.dirty = false;
    const path = join(this.folder, 'sessions.json');
    writeFileSync(`${path}.tmp`, JSON.stringify(Object.fromEntries(this.sessions)));
    const file = openSync(`${path}.tmp`, 'r');
    fsyncSync(file);
    closeSync(file);
    renameSync(`${path}.tmp`, path);
  }

  private sync(): void {
    writeSync(this.log, this.unsynced.join(''));
    fdatasyncSync(this.log);
    this.unsynced = [];
    for (const then of this.afterSync.splice(0)) then();
    for (const connection of this.connections) connection.deliver();
  }

  private load(path: string): void {
    const text = readFileSync(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    truncateSync(path, Buffer.byteLength(whole));
    for (const line of whole.split('\n')) if (line !== '') this.messages.push(JSON.parse(line) as LoggedMessage);
  }
}

class Connection {
  private version = 4;
  private session: Session | null = null;
  private next = 0;
  private readonly inflight = new Map<number, number>();

  constructor(
    private readonly broker: DurableBroker,
    private readonly socket: net.Socket
  ) {
    const packets = parser();
    packets.on('packet', (packet: Packet) => this.take(packet));
    packets.on('error', () => socket.destroy());
    socket.on('data', bytes => packets.parse(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => broker.connections.delete(this));
  }

  /** Sends what the session has not had, in order, as far as its window allows. */
  deliver(): void {
    const { session, broker } = this;
    if (session === null || session.filters.length === 0) return;
    for (; this.next < broker.messages.length && this.inflight.size < INFLIGHT_MAX; this.next++) {
      const [topic, payload] = broker.messages[this.next] ?? ['', ''];
      if (!session.filters.some(filter => topicMatches(filter, topic))) continue;
      const messageId = (this.next % PACKET_IDS) + 1;
      this.inflight.set(messageId, this.next);
      this.send({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, messageId });
    }
    this.settle();
  }

  private take(packet: Packet): void {
    switch (packet.cmd) {
      case 'connect':
        return this.connect(packet.clientId, packet.clean === true, packet.protocolVersion ?? 4);
      case 'subscribe':
        return this.subscribe(packet.messageId ?? 0, packet.subscriptions.map(({ topic }) => topic));
      case 'publish': {
        const id = packet.properties?.userProperties?.['littoral-id'];
        return this.broker.append([packet.topic, packet.payload.toString(), typeof id === 'string' ? id : null], () => {
          if (packet.qos === 1) this.send({ cmd: 'puback', messageId: packet.messageId ?? 0 });
        });
      }
      case 'puback':
        this.inflight.delete(packet.messageId ?? 0);
        return this.deliver();
      case 'pingreq':
        return this.send({ cmd: 'pingresp' });
      case 'disconnect':
        return void this.socket.end();
    }
  }

  private connect(clientId: string, clean: boolean, version: number): void {
    this.version = version;
    const { session, present } = this.broker.session(clientId, clean);
    this.session = session;
    this.next = session.cursor;
    this.broker.connections.add(this);
    this.send({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: present });
    this.deliver();
  }

  private subscribe(messageId: number, filters: readonly string[]): void {
    if (this.session === null) return;
    this.session.filters = [...new Set([...this.session.filters, ...filters])];
    this.broker.changed();
    this.broker.save();
    this.send({ cmd: 'suback', messageId, granted: filters.map(() => 1) });
    this.deliver();
  }

  private settle(): void {
    if (this.session === null) return;
    const first = this.inflight.size === 0 ? this.next : Math.min(...this.inflight.values());
    if (first === this.session.cursor) return;
    this.session.cursor = first;
    this.broker.changed();
  }

  private send(packet: Packet): void {
    if (!this.socket.destroyed) this.socket.write(generate(packet, { protocolVersion: this.version }));
  }
}

const [port = '0', folder = '.'] = process.argv.slice(2);
const broker = new DurableBroker(folder);
net.createServer(socket => new Connection(broker, socket.setNoDelay(true))).listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
