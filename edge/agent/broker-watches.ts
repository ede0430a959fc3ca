import type { Env } from '../env/env';
import type { Log } from '../log/log';
import type { BrokerSettings } from '../mqtt/broker-settings';
import { BrokerWatch } from '../mqtt/broker-watch';

export interface BrokerWatchesOptions {
  readonly env: Env;
  readonly agentId: string;
  readonly brokerOf: (connection: string) => BrokerSettings;
  readonly log: Log;
}

/** One watch for each connection that sources use. */
export class BrokerWatches {
  private readonly watches = new Map<string, BrokerWatch>();
  private readonly before = new Map<string, number>();

  constructor(private readonly options: BrokerWatchesOptions) {}

  /** Watches the brokers of `connections` and no others. */
  keep(connections: ReadonlySet<string>): void {
    const { agentId, brokerOf, env, log } = this.options;
    for (const [connection, watch] of this.watches) if (!connections.has(connection)) void this.end(connection, watch);
    for (const connection of connections) {
      if (this.watches.has(connection)) continue;
      const watch = new BrokerWatch({ env, connection, settings: brokerOf(connection), clientId: `littoral-${agentId}-watch-${connection}`, log });
      this.watches.set(connection, watch);
      watch.start();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.watches].map(([connection, watch]) => this.end(connection, watch)));
  }

  /** Messages that brokers say they have dropped, by connection. */
  dropped(): ReadonlyMap<string, number> {
    const totals = new Map(this.before);
    for (const [connection, watch] of this.watches) totals.set(connection, (totals.get(connection) ?? 0) + watch.dropped);
    return totals;
  }

  private async end(connection: string, watch: BrokerWatch): Promise<void> {
    this.watches.delete(connection);
    this.before.set(connection, (this.before.get(connection) ?? 0) + watch.dropped);
    await watch.stop();
  }
}
