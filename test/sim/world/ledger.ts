import type { GraphInput } from '../../../engine/graph/graph-api';
import type { PublishedEffect } from './broker';
import type { Expected } from './oracle';
import type { Message } from './session';

/** Everything that an outsider can see of one simulation, and what must hold of it. */
export class Ledger {
  readonly findings: string[] = [];
  /** Inputs on disk, by their number. */
  readonly log: GraphInput[] = [];
  /** Inputs that have a number but may not be on disk yet. */
  readonly numbered = new Map<number, GraphInput>();
  readonly sent: Message[] = [];
  private readonly taken = new Set<number>();
  private readonly lost = new Set<number>();
  private readonly copies = new Map<string, number>();
  private readonly effects = new Map<string, PublishedEffect>();
  private readonly order = new Map<string, number>();
  repeated = 0;
  /** Nothing goes wrong any more, so nothing is lost. */
  calm = false;

  constructor(private readonly words: () => string) {}

  find(words: string): void {
    if (this.findings.length < 10) this.findings.push(`${this.words()}: ${words}`);
  }

  committed(firstSeq: number, inputs: readonly GraphInput[]): void {
    inputs.forEach((input, index) => this.put(firstSeq + index, input));
  }

  /** The checkpoint covers everything up to `seq`. */
  covered(seq: number): void {
    for (let at = this.log.length; at <= seq; at++) {
      const input = this.numbered.get(at);
      if (input === undefined) return this.find(`the checkpoint covers input ${at}, which nobody took in`);
      this.put(at, input);
    }
  }

  /** A process begins: what has a number above `lastSeq` is gone. */
  restarted(lastSeq: number): void {
    if (lastSeq + 1 < this.log.length) this.find(`${this.log.length} inputs were on disk, ${lastSeq + 1} still are`);
    for (const seq of this.numbered.keys()) if (seq > lastSeq) this.numbered.delete(seq);
  }

  /** The broker counts `message` as the agent's. */
  acknowledged(message: Message): void {
    this.taken.add(message.number);
    const copies = this.copies.get(keyOf(message)) ?? 0;
    if (copies === 0) this.find(`message ${message.number} is acknowledged and not on disk`);
  }

  lostByBroker(message: Message): void {
    if (this.calm && message.qos > 0) return this.find(`nobody takes message ${message.number}, although everything is in order`);
    this.lost.add(message.number);
  }

  published(effect: PublishedEffect): void {
    if (effect.id === null) return this.find('an effect has no id');
    const known = this.effects.get(effect.id);
    if (known !== undefined) {
      this.repeated++;
      if (known.topic !== effect.topic || !known.payload.equals(effect.payload)) this.find(`effect ${effect.id} came twice with different bytes`);
      return;
    }
    this.effects.set(effect.id, effect);
    const cut = effect.id.lastIndexOf('/');
    const sink = effect.id.slice(0, cut);
    const ordinal = Number(effect.id.slice(cut + 1));
    const last = this.order.get(sink) ?? -1;
    if (ordinal < last) this.find(`effect ${effect.id} came after ${sink}/${last}`);
    this.order.set(sink, Math.max(last, ordinal));
  }

  get effectCount(): number {
    return this.effects.size;
  }

  /** Every message is taken in as often as its delivery promises. */
  checkConservation(): void {
    for (const message of this.sent) {
      const copies = this.copies.get(keyOf(message)) ?? 0;
      if (message.qos > 0 && copies === 0 && !this.lost.has(message.number)) this.find(`message ${message.number} (QoS ${message.qos}) was never taken in`);
      if (copies > 1 && message.qos !== 1) this.find(`message ${message.number} (QoS ${message.qos}) was taken in ${copies} times`);
    }
  }

  checkEffects(expected: Expected['effects']): void {
    const ended = new Set<string>();
    for (const [id, effect] of expected) {
      const seen = this.effects.get(id);
      const sink = id.slice(0, id.lastIndexOf('/'));
      if (effect.optional && (seen === undefined || ended.has(sink))) {
        ended.add(sink);
        if (seen !== undefined) this.find(`effect ${id} came, but not the one before it`);
      } else if (seen === undefined) this.find(`effect ${id} is missing, expected ${effect.payload.toString()}`);
      else if (seen.topic !== effect.topic || !seen.payload.equals(effect.payload)) this.find(`effect ${id} is ${seen.payload.toString()}, expected ${effect.payload.toString()}`);
    }
    for (const id of this.effects.keys()) if (!expected.has(id)) this.find(`effect ${id} should not be`);
  }

  private put(seq: number, input: GraphInput): void {
    const known = this.log[seq];
    if (known !== undefined) {
      if (!sameInput(known, input)) this.find(`input ${seq} is on disk a second time, as another`);
      return;
    }
    if (seq !== this.log.length) return this.find(`input ${seq} follows ${this.log.length - 1} on disk`);
    this.log.push(input);
    if (input.kind !== 'message') return;
    const key = keyOf(input);
    this.copies.set(key, (this.copies.get(key) ?? 0) + 1);
  }
}

function keyOf({ topic, payload }: { readonly topic: string; readonly payload: Uint8Array }): string {
  return `${topic} ${Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('latin1')}`;
}

function sameInput(a: GraphInput, b: GraphInput): boolean {
  if (a.kind === 'message' && b.kind === 'message') return a.arrivalTimeMs === b.arrivalTimeMs && keyOf(a) === keyOf(b);
  return a.kind === b.kind && (a.kind !== 'tick' || b.kind !== 'tick' || a.arrivalTimeMs === b.arrivalTimeMs);
}
