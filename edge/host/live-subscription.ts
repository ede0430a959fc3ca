import { generate } from 'mqtt-packet';
import { LittoralError } from '../../engine/error';
import { systemEnv } from '../env/system-env';
import { MqttClient } from '../mqtt/client';
import { PacketType, parsePublish, parseReasonCodes } from '../mqtt/packets';

/** A message as it came, at QoS 0: for looking and trying, without any promise about losses. */
export interface LiveMessage {
  readonly arrivalTimeMs: number;
  readonly topic: string;
  readonly payload: Uint8Array;
}
export interface LiveSubscription {
  close(): Promise<void>;
}

const SUBSCRIBE_ID = 1;

/** Subscribes to `filters`; resolves when the broker has granted them, rejects when it cannot be reached or refuses. */
export function subscribeLive(options: { readonly url: string; readonly filters: readonly string[]; readonly onMessage: (message: LiveMessage) => void; readonly log: (line: string) => void }): Promise<LiveSubscription> {
  const { url, filters, onMessage, log } = options;
  return new Promise((resolve, reject) => {
    let granted = false;
    const fail = (error: LittoralError): void => {
      void client.stop().then(() => reject(error));
    };
    const client = new MqttClient({
      env: systemEnv(),
      settings: { url },
      clientId: `littoral-live-${systemEnv().randomHex(4)}`,
      clean: true,
      onConnected: ({ protocol }) => client.send(generate({ cmd: 'subscribe', messageId: SUBSCRIBE_ID, subscriptions: filters.map(topic => ({ topic, qos: 0 })) }, { protocolVersion: protocol })),
      onDown: reason => (granted ? log(`${reason.message} Trying again; what is sent meanwhile is not seen.`) : fail(reason)),
      onFrame(frame, protocol) {
        if (frame.header >> 4 === PacketType.publish) {
          const { topic, payload } = parsePublish(frame, protocol);
          onMessage({ arrivalTimeMs: Date.now(), topic, payload: new Uint8Array(payload) });
        } else if (frame.header >> 4 === PacketType.suback) {
          const refused = parseReasonCodes(frame, protocol).codes.findIndex(code => code >= 0x80);
          if (refused >= 0) return fail(new LittoralError('MQTT_SUBSCRIBE_REFUSED', `broker ${client.url}: it refuses the filter "${filters[refused] ?? ''}"; expected a grant. Check the rights of this user at the broker.`));
          granted = true;
          resolve({ close: () => client.stop() });
        }
      }
    });
    client.start();
  });
}
