import type { Env, Timer } from '../env/env';
import type { Store } from '../store/store';
import { EffectsHorizon } from './effects-horizon';

/** An acknowledgement that waits until the effects of the inputs up to `seq` have been carried out. */
export interface HeldAck {
  readonly seq: number;
  send(): void;
}

/** How often held acknowledgements are looked at. */
const LOOK_MS = 20;

/** Acknowledgements of sources that acknowledge after their effects, in the order of arrival. */
export class HeldAcks {
  private waiting: HeldAck[] = [];
  private timer: Timer | null = null;
  private readonly horizon: EffectsHorizon;

  constructor(private readonly options: { readonly env: Env; readonly store: Store }) {
    this.horizon = new EffectsHorizon(options.store);
  }

  add(acks: readonly HeldAck[]): void {
    if (acks.length === 0) return;
    if (this.waiting.length === 0) this.horizon.mark();
    this.waiting.push(...acks);
    this.timer ??= this.options.env.setTimer(LOOK_MS, () => this.look());
  }

  /** The engine has seen the inputs up to `seq`; what they led to waits for `sinks`. */
  stepped(seq: number, sinks: readonly string[]): void {
    this.horizon.stepped(seq, sinks, this.waiting.length > 0);
  }

  /** Forgets them: a broker sends again what was not acknowledged. */
  close(): void {
    this.timer?.cancel();
    this.waiting = [];
  }

  private look(): void {
    this.timer = null;
    const reached = this.horizon.reached();
    const due = this.waiting.findIndex(({ seq }) => seq > reached);
    for (const ack of this.waiting.splice(0, due < 0 ? this.waiting.length : due)) ack.send();
    if (this.waiting.length > 0) this.timer = this.options.env.setTimer(LOOK_MS, () => this.look());
  }
}
