import type { Store } from '../store/store';
import type { Properties } from './properties';

/** Ids are forgotten after this many further messages: what an agent sends again after a kill is far less. */
const IDS_MAX = 30_000;
const PRUNE_EVERY = 1_024;

/** User properties by which an agent that publishes names itself and its effects. */
export const EFFECT_ID = 'littoral-id';
export const SENDER_ID = 'littoral-agent';

/**
 * Which effects of other agents one source has taken in. An agent that was killed publishes again what the broker had not
 * confirmed to it; packet ids do not show that, the id of the effect does. Ids of agents that do not name themselves are
 * not looked at: the same id may be another agent's. Written in the transaction that holds the messages.
 */
export class EffectLedger {
  private readonly seqOf = new Map<string, number>();
  private readonly source: string;
  private changes: { readonly key: string; readonly seq: number }[] = [];
  private sincePrune = 0;

  constructor(session: string, store: Store) {
    this.source = `effects ${session}`;
    for (const { key, seq } of store.seenKeys(this.source)) this.seqOf.set(key, seq);
  }

  get dirty(): boolean {
    return this.changes.length > 0;
  }

  /** Whether the message is no effect that was taken in already; if so it is remembered under `seq`. */
  take({ userProperties }: Properties, seq: number): boolean {
    if (userProperties.length === 0) return true;
    const valueOf = (name: string): string | undefined => userProperties.find(property => property[0] === name)?.[1];
    const [id, sender] = [valueOf(EFFECT_ID), valueOf(SENDER_ID)];
    if (id === undefined || sender === undefined) return true;
    const key = `${sender} ${id}`;
    if (this.seqOf.has(key)) return false;
    this.seqOf.set(key, seq);
    this.changes.push({ key, seq });
    return true;
  }

  /** Writes what has changed; to be called inside the transaction, and again if that is retried. */
  write(store: Store): void {
    for (const { key, seq } of this.changes) store.putSeenKey(this.source, key, seq);
    const last = this.changes.at(-1);
    if (last !== undefined && this.sincePrune + this.changes.length >= PRUNE_EVERY) store.forgetSeenKeys(this.source, last.seq - IDS_MAX);
  }

  /** The transaction is on disk. */
  settled(): void {
    const last = this.changes.at(-1);
    this.sincePrune += this.changes.length;
    this.changes = [];
    if (last === undefined || this.sincePrune < PRUNE_EVERY) return;
    this.sincePrune = 0;
    for (const [key, seq] of this.seqOf) {
      if (seq >= last.seq - IDS_MAX) return;
      this.seqOf.delete(key);
    }
  }
}
