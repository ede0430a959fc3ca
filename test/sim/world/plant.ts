import type { Broker } from './broker';
import type { Clock } from './clock';
import { Dice } from './dice';
import type { Scenario } from './scenario';
import type { Message } from './session';

const EPOCH_MS = 1_700_000_000_000;
const RETRY_MS = 50;

/** The plant: devices that publish values, some out of order, some unreadable; what the broker does not take is sent later. */
export class Plant {
  private next = 0;
  private readonly dice: Dice;

  constructor(
    private readonly options: { readonly scenario: Scenario; readonly clock: Clock; readonly broker: Broker; readonly onSent: (message: Message) => void }
  ) {
    this.dice = new Dice(options.scenario.seed, 'plant');
    const { messages, troubleMs, devices } = options.scenario;
    const times = Array.from({ length: messages }, () => this.dice.between(50, troubleMs)).sort((a, b) => a - b);
    for (const atMs of times) options.clock.schedule(atMs, () => this.send(`d${this.dice.int(0, devices - 1)}`, this.value(atMs)));
  }

  /** One last value of each device, late enough to close every window before it. */
  finish(): void {
    const { clock, scenario } = this.options;
    for (let device = 0; device < scenario.devices; device++) this.send(`d${device}`, { tMs: EPOCH_MS + clock.nowMs + 5_000, value: 0.5 });
  }

  private value(atMs: number): unknown {
    if (this.dice.chance(0.03)) return 'no value';
    const late = this.dice.chance(0.1) ? this.dice.int(50, 900) : 0;
    return { tMs: Math.floor(EPOCH_MS + atMs - late), value: Math.floor(this.dice.next() * 1e6) / 1e6 };
  }

  private send(device: string, value: unknown): void {
    const number = this.next++;
    this.offer({ number, topic: `plant/${device}/value`, payload: payloadOf(value, number), qos: this.options.scenario.sourceQos });
  }

  private offer(message: Message): void {
    if (this.options.broker.publish(message)) return this.options.onSent(message);
    this.options.clock.schedule(RETRY_MS, () => this.offer(message));
  }
}

/** The number makes every payload another. */
function payloadOf(value: unknown, number: number): Buffer {
  return Buffer.from(typeof value === 'string' ? `${value} ${number}` : JSON.stringify({ ...(value as object), number }));
}
