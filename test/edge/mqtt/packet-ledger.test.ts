import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentHash, PacketLedger } from '../../../edge/mqtt/packet-ledger';
import { NO_PROPERTIES } from '../../../edge/mqtt/properties';
import type { PublishPacket, Qos } from '../../../edge/mqtt/packets';
import { Store } from '../../../edge/store/store';

let folder = '';
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-ledger-'));
  store = await Store.open(join(folder, 'a.db'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const packet = (packetId: number, text: string, qos: Qos, dup = false): PublishPacket => ({ topic: 't', properties: NO_PROPERTIES, payload: Buffer.from(text), qos, dup, retain: false, packetId, droppedBytes: 0 });

/** As after a kill -9: only what was committed is known. */
function restarted(ledger: PacketLedger): PacketLedger {
  store.transaction(() => ledger.write(store));
  ledger.settled();
  return new PacketLedger('in', store);
}

describe('PacketLedger', () => {
  it.each([1, 2] as const)('knows a repetition after a restart at QoS %i', qos => {
    const before = new PacketLedger('in', store);
    before.sessionStarted(false);
    expect(before.take(packet(5, 'a', qos), 0)).toBe(true);
    const after = restarted(before);
    after.sessionStarted(true);
    expect(after.take(packet(5, 'a', qos, true), 1)).toBe(false);
    expect(after.duplicates).toBe(1);
  });

  it('knows a completed QoS 2 message that the broker sends again after PUBREL', () => {
    const before = new PacketLedger('in', store);
    before.take(packet(5, 'a', 2), 0);
    before.release(5);
    const after = restarted(before);
    after.sessionStarted(true);
    expect(after.take(packet(5, 'a', 2, true), 1)).toBe(false);
    expect(store.packets('inflight', 'in')).toEqual([]);
  });

  it('knows a repetition without DUP only until the first new message of a resumed session', () => {
    const before = new PacketLedger('in', store);
    before.take(packet(1, 'on', 1), 0);
    before.take(packet(2, 'on', 1), 1);
    const after = restarted(before);
    after.sessionStarted(true);
    expect(after.take(packet(1, 'on', 1), 2)).toBe(false);
    expect(after.take(packet(9, 'on', 1), 2)).toBe(true);
    expect(after.take(packet(2, 'on', 1), 3)).toBe(true);
  });

  it('takes other content under a known id as new, and counts ids that were not free', () => {
    const ledger = new PacketLedger('in', store);
    expect(ledger.take(packet(5, 'a', 2), 0)).toBe(true);
    expect(ledger.take(packet(5, 'b', 2), 1)).toBe(true);
    expect(ledger.violations).toBe(1);
    ledger.release(5);
    expect(ledger.take(packet(5, 'c', 2, true), 2)).toBe(true);
    expect(ledger.violations).toBe(1);
  });

  it('forgets everything when the broker has forgotten the session', () => {
    const before = new PacketLedger('in', store);
    before.take(packet(5, 'a', 1), 0);
    const after = restarted(before);
    after.sessionStarted(false);
    expect(after.take(packet(5, 'a', 1, true), 1)).toBe(true);
    expect(restarted(after).take(packet(5, 'a', 1, true), 2)).toBe(false);
  });

  it('forgets a completed id after 30 000 messages', () => {
    const ledger = new PacketLedger('in', store);
    ledger.take(packet(5, 'a', 1), 0);
    expect(ledger.take(packet(5, 'a', 1, true), 29_999)).toBe(false);
    expect(ledger.take(packet(5, 'a', 1, true), 30_000)).toBe(true);
  });

  it('tells contents apart, also when a byte moves from the topic to the payload', () => {
    expect(contentHash('ab', Buffer.from('c'))).not.toBe(contentHash('a', Buffer.from('bc')));
    const hashes = new Set(Array.from({ length: 20_000 }, (_none, index) => contentHash('t', Buffer.from(`{"n":${index}}`))));
    expect(hashes.size).toBe(20_000);
    expect(Math.max(...hashes)).toBeLessThan(2 ** 53);
  });
});
