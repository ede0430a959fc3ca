import { malformed } from './malformed';
import type { PublishPacket } from './packets';
import { PropertyId } from './properties';

/** Topics that a broker may send as numbers over one connection. */
export const TOPIC_ALIASES_MAX = 64;

/** The topics behind the aliases of the packets of one connection. */
export class IncomingAliases {
  private readonly topics = new Map<number, string>();

  /** `packet` with its topic. Throws `MQTT_PROTOCOL` for an alias that means nothing. */
  resolve(packet: PublishPacket): PublishPacket {
    const alias = packet.properties.numbers.get(PropertyId.topicAlias);
    if (alias === undefined) return packet;
    if (alias === 0 || alias > TOPIC_ALIASES_MAX) throw malformed(`topic alias ${alias}, granted were 1 to ${TOPIC_ALIASES_MAX}`);
    if (packet.topic !== '') {
      this.topics.set(alias, packet.topic);
      return packet;
    }
    const topic = this.topics.get(alias);
    if (topic === undefined) throw malformed(`topic alias ${alias} was never given a topic`);
    return { ...packet, topic };
  }
}

/** Gives the first topics of a connection a number, as many as the broker allows, so that they travel once. */
export class OutgoingAliases {
  private readonly aliases = new Map<string, number>();

  constructor(private readonly aliasesMax: number) {}

  /** What to write in place of `topic`. */
  of(topic: string): { readonly topic: string; readonly alias: number | null } {
    const known = this.aliases.get(topic);
    if (known !== undefined) return { topic: '', alias: known };
    if (this.aliases.size >= this.aliasesMax) return { topic, alias: null };
    const alias = this.aliases.size + 1;
    this.aliases.set(topic, alias);
    return { topic, alias };
  }
}
