import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EffectLedger } from '../../../edge/mqtt/effect-ledger';
import type { Properties } from '../../../edge/mqtt/properties';
import { Store } from '../../../edge/store/store';

let folder = '';
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-effects-'));
  store = await Store.open(join(folder, 'agent.db'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const of = (id?: string, sender?: string): Properties => ({ numbers: new Map(), userProperties: [...(id === undefined ? [] : [['littoral-id', id] as const]), ...(sender === undefined ? [] : [['littoral-agent', sender] as const])] });
function commit(ledger: EffectLedger): void {
  store.transaction(() => ledger.write(store));
  ledger.settled();
}

describe('the ledger of effects', () => {
  it('knows an effect of one agent that comes again, in another process as well, and keeps agents apart', () => {
    const ledger = new EffectLedger('p/in', store);
    expect([of('p/1/out/0', 'a'), of('p/1/out/0', 'a'), of('p/1/out/0', 'b'), of('p/1/out/1', 'a')].map((properties, seq) => ledger.take(properties, seq))).toEqual([true, false, true, true]);
    commit(ledger);
    expect(ledger.dirty).toBe(false);
    const again = new EffectLedger('p/in', store);
    expect(again.take(of('p/1/out/1', 'a'), 9)).toBe(false);
    expect(new EffectLedger('p/other', store).take(of('p/1/out/1', 'a'), 9)).toBe(true);
  });

  it('lets everything through that does not name its sender', () => {
    const ledger = new EffectLedger('p/in', store);
    for (const properties of [of(), of('x'), of(undefined, 'a')]) expect([ledger.take(properties, 1), ledger.take(properties, 2)]).toEqual([true, true]);
    expect(ledger.dirty).toBe(false);
  });

  it('forgets what is long ago, in memory and on disk', () => {
    const ledger = new EffectLedger('p/in', store);
    for (let seq = 0; seq < 36_000; seq++) {
      ledger.take(of(`p/1/out/${seq}`, 'a'), seq);
      if (seq % 500 === 499) commit(ledger);
    }
    commit(ledger);
    expect(store.seenKeys('effects p/in').length).toBeLessThan(32_500);
    expect([ledger.take(of('p/1/out/0', 'a'), 36_000), ledger.take(of('p/1/out/20000', 'a'), 36_001)]).toEqual([true, false]);
  });
});
