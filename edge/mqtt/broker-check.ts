import { generate } from 'mqtt-packet';
import { LittoralError } from '../../engine/error';
import { pause, withinMs, type Env } from '../env/env';
import type { BrokerSettings } from './broker-settings';
import { MqttClient, type Session } from './client';
import type { Frame } from './frame-reader';
import { encodeAck, PacketType, parseAck, parsePublish, parseReasonCodes, type ProtocolVersion } from './packets';
import { Publisher } from './publisher';

export interface BrokerFinding {
  readonly code: 'SESSION_NOT_KEPT' | 'MESSAGES_DROPPED' | 'MESSAGES_REPEATED' | 'QOS_LIMITED' | 'SESSION_EXPIRY_SHORT' | 'NO_SHARED_SUBSCRIPTIONS' | 'NO_RETAIN' | 'NO_MQTT_5';
  /** `loss`: messages that the broker has acknowledged do not come; `note`: something is not on offer. */
  readonly kind: 'loss' | 'note';
  readonly message: string;
}

/** What a broker does with messages for a client that is away. */
export interface BrokerCheck {
  readonly ok: boolean;
  readonly broker: string;
  readonly protocol: ProtocolVersion;
  /** Messages that the broker acknowledged while their receiver was away, and how many of them came. */
  readonly sent: number;
  readonly received: number;
  readonly findings: readonly BrokerFinding[];
}

export interface BrokerCheckOptions {
  readonly env: Env;
  readonly settings: BrokerSettings;
  /** Messages to send while the receiver is away. */
  readonly messages: number;
  readonly progress: (words: string) => void;
}

const PAYLOAD_BYTES = 200;
const CONNECT_MS = 15_000;
const CONFIRM_MS = 60_000;
const QUIET_MS = 3_000;
const LOOK_MS = 50;
/** The second failure is final: the first may be a broker that drops a CONNECT of MQTT 5. */
const FAILURES_MAX = 2;
const WANTED_EXPIRY_S = 24 * 3_600;

/**
 * Tries what an agent relies on: a receiver subscribes at QoS 1 with a session of its own and leaves, messages are sent and
 * acknowledged, the receiver comes back and counts. Uses topics below `littoral/check/` and removes its session. Throws
 * `BROKER_CHECK` when the broker cannot be reached or refuses.
 */
export async function checkBroker(options: BrokerCheckOptions): Promise<BrokerCheck> {
  const { env, messages, progress } = options;
  const topic = `littoral/check/${env.randomHex(8)}`;
  const receiver = new Receiver(options, topic);
  try {
    progress('a receiver subscribes and leaves');
    const session = await receiver.come();
    await receiver.subscribe();
    await receiver.leave();
    progress(`${messages} messages are sent while it is away`);
    await sendAll(options, topic);
    progress('it comes back and counts');
    const again = await receiver.come();
    await receiver.listen(messages);
    await receiver.leave();
    const findings = judge(session, again, receiver, messages);
    return { ok: findings.every(({ kind }) => kind !== 'loss'), broker: receiver.url, protocol: session.protocol, sent: messages, received: receiver.seen.size, findings };
  } finally {
    await receiver.forget();
  }
}

function judge(session: Session, again: Session, receiver: Receiver, messages: number): readonly BrokerFinding[] {
  const findings: BrokerFinding[] = [];
  const add = (kind: BrokerFinding['kind'], code: BrokerFinding['code'], message: string): void => void findings.push({ kind, code, message });
  const { limits } = session;
  if (!again.present) add('loss', 'SESSION_NOT_KEPT', 'it does not keep the session of a client that is away: whatever comes meanwhile is lost. Allow persistent sessions.');
  const missing = messages - receiver.seen.size;
  if (missing > 0) add('loss', 'MESSAGES_DROPPED', `${missing} of ${messages} acknowledged messages did not come after the receiver was away. Raise the limit of queued messages (Mosquitto: max_queued_messages 0).`);
  if (receiver.repeated > 0) add('note', 'MESSAGES_REPEATED', `${receiver.repeated} messages came twice without a loss of the connection; the agent recognises them.`);
  if (limits.qosMax < 2) add('note', 'QOS_LIMITED', `QoS ${limits.qosMax} at most: pipelines that ask for exactly-once effects get less.`);
  if (limits.sessionExpiryS !== null && limits.sessionExpiryS < WANTED_EXPIRY_S) add('loss', 'SESSION_EXPIRY_SHORT', `it forgets a client ${limits.sessionExpiryS} s after it has gone. Raise the session expiry to a day at least.`);
  if (!limits.sharedSubscriptions) add('note', 'NO_SHARED_SUBSCRIPTIONS', 'no shared subscriptions: agents cannot share a source.');
  if (!limits.retain) add('note', 'NO_RETAIN', 'no retained messages: the fleet needs them.');
  if (session.protocol === 4) add('note', 'NO_MQTT_5', 'no MQTT 5: effects carry no id, and its limits are not known.');
  return findings;
}

async function sendAll({ env, settings, messages }: BrokerCheckOptions, topic: string): Promise<void> {
  let next = 0;
  let confirmed = 0;
  let finish = (): void => undefined;
  const all = new Promise<void>(done => (finish = done));
  const pump = (): void => {
    for (; next < messages && publisher.ready; next++) {
      const payload = Buffer.alloc(PAYLOAD_BYTES, ' ');
      payload.write(String(next));
      publisher.publish({ topic, payload, qos: 1, retain: false, effectId: `check/${next}` }, () => {
        confirmed++;
        if (confirmed === messages) finish();
      });
    }
  };
  const publisher: Publisher = new Publisher({ env, settings, clientId: `littoral-check-${env.randomHex(4)}`, log: () => undefined, onRefused: () => undefined, onRoom: pump });
  publisher.start();
  pump();
  await withinMs(env, all, CONFIRM_MS);
  await publisher.stop();
  if (confirmed < messages) throw unable(`only ${confirmed} of ${messages} messages were acknowledged within ${CONFIRM_MS / 1_000} s`);
}

/** A client that comes and goes. */
class Receiver {
  readonly seen = new Set<number>();
  repeated = 0;
  private readonly clientId: string;
  private client: MqttClient | null = null;
  private label = '';
  private session: Session | null = null;
  private granted: (code: number) => void = () => undefined;
  private lastMs = 0;

  constructor(
    private readonly options: BrokerCheckOptions,
    private readonly topic: string
  ) {
    this.clientId = `littoral-check-${options.env.randomHex(8)}`;
  }

  /** The broker without credentials. */
  get url(): string {
    return this.label;
  }

  come(clean = false): Promise<Session> {
    const { env, settings } = this.options;
    return new Promise((done, fail) => {
      let failures = 0;
      const late = env.setTimer(CONNECT_MS, () => fail(unable('no answer')));
      this.client = new MqttClient({
        env,
        settings,
        clientId: this.clientId,
        clean,
        onConnected: session => {
          late.cancel();
          this.session = session;
          done(session);
        },
        onFrame: (frame, protocol) => this.take(frame, protocol),
        onDown: reason => {
          if (++failures < FAILURES_MAX) return;
          late.cancel();
          fail(unable(reason.message));
        }
      });
      this.client.start();
      this.label = this.client.url;
    });
  }

  async subscribe(): Promise<void> {
    const code = await new Promise<number>(done => {
      this.granted = done;
      this.client?.send(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: this.topic, qos: 1 }] }, { protocolVersion: this.session?.protocol ?? 5 }));
    });
    if (code >= 0x80) throw unable(`the broker refuses to subscribe to "${this.topic}" (code ${code}); this user needs rights below littoral/check/`);
  }

  /** Until all messages are here, or none has come for a while. */
  async listen(messages: number): Promise<void> {
    const { env } = this.options;
    this.lastMs = env.monotonicMs();
    while (this.seen.size < messages && env.monotonicMs() - this.lastMs < QUIET_MS) await pause(env, LOOK_MS);
  }

  async leave(): Promise<void> {
    await this.client?.stop();
    this.client = null;
  }

  /** Removes the session from the broker. */
  async forget(): Promise<void> {
    await this.leave();
    if (this.session === null) return;
    await this.come(true).catch(() => undefined);
    await this.leave();
  }

  private take(frame: Frame, protocol: ProtocolVersion): void {
    const type = frame.header >> 4;
    if (type === PacketType.suback) return this.granted(parseReasonCodes(frame, protocol).codes[0] ?? 0x80);
    if (type === PacketType.pubrel) return this.client?.send(encodeAck(PacketType.pubcomp, parseAck(frame).packetId));
    if (type !== PacketType.publish) return;
    const { payload, qos, packetId } = parsePublish(frame, protocol);
    const number = Number(payload.toString('latin1'));
    if (this.seen.has(number)) this.repeated++;
    this.seen.add(number);
    this.lastMs = this.options.env.monotonicMs();
    if (qos > 0) this.client?.send(encodeAck(qos === 1 ? PacketType.puback : PacketType.pubrec, packetId));
  }
}

function unable(seen: string): LittoralError {
  return new LittoralError('BROKER_CHECK', `broker check: ${seen}; expected a broker that takes a subscriber and a publisher. Check address, user and rights, then try again.`, { retryable: true });
}
