import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';

/** Effects by their id. */
export class EffectsSeen {
  /** Payload by littoral-id, in order of first arrival. */
  readonly byId = new Map<string, string>();
  /** Effects that came again under their id with the same content. */
  repeated = 0;
  /** Ids that came with two contents. */
  readonly contradictions: string[] = [];

  take(id: string, payload: string): void {
    const known = this.byId.get(id);
    if (known === undefined) this.byId.set(id, payload);
    else if (known === payload) this.repeated++;
    else this.contradictions.push(`${id}: ${known}, then ${payload}`);
  }
}

/** Everything that arrives under `out/`, in a session that survives a restart of the broker. */
export class EffectsWatch extends EffectsSeen {
  private constructor(private readonly client: MqttClient) {
    super();
    client.on('error', () => undefined);
    client.on('message', (_topic, payload, packet: IPublishPacket) => this.take(String(packet.properties?.userProperties?.['littoral-id']), payload.toString()));
  }

  static async connect(url: string): Promise<EffectsWatch> {
    const client = await mqtt.connectAsync(url, {
      protocolVersion: 5,
      clientId: `watch-${process.pid}-${Math.floor(performance.now())}`,
      clean: false,
      properties: { sessionExpiryInterval: 3_600 },
      reconnectPeriod: 50,
      keepalive: 0
    });
    const watch = new EffectsWatch(client);
    await client.subscribeAsync('out/#', { qos: 1 });
    return watch;
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }
}
