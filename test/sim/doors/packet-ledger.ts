import type { PacketLedger } from '../../../edge/mqtt/packet-ledger';
import type { PublishPacket } from '../../../edge/mqtt/packets';
import { current } from '../world/current';

type Class = typeof PacketLedger;

/** The packet ids of a source; the world hears of one that is in use twice, which its brokers never do. */
export function watch<T>(value: T, name: string): T {
  if (name !== 'PacketLedger') return value;
  const Real = value as unknown as Class;
  class Watched extends Real {
    override take(packet: PublishPacket, seq: number): boolean {
      const before = this.violations;
      const taken = super.take(packet, seq);
      if (this.violations > before) current.machine?.options.onIdInUse(packet.packetId);
      return taken;
    }
  }
  return Watched as unknown as T;
}
