import mqtt from 'mqtt';
import { Plant } from '../plant/plant';

/** Publishes the simulated plant in real time until closed; reconnects by itself. */
export interface PlantPublisher {
  close(): Promise<void>;
}

const TICK_MS = 20;
const CATCH_UP_MS = 2_000;

export function startPlantPublisher(options: { readonly brokerUrl: string; readonly seed: number; readonly say: (line: string) => void }): PlantPublisher {
  const client = mqtt.connect(options.brokerUrl, { clientId: `littoral-plant-${process.pid}`, reconnectPeriod: 2_000, queueQoSZero: false, protocolVersion: 4 });
  let saidDown = false;
  client.on('error', error => {
    if (!saidDown) options.say(`plant simulator: broker ${options.brokerUrl} is not reachable (${error.message}); trying again every 2 s`);
    saidDown = true;
  });
  client.on('connect', () => (saidDown = false));
  let plant = new Plant({ seed: options.seed, startMs: Date.now() });
  let lastMs = Date.now();
  const timer = setInterval(() => {
    const nowMs = Date.now();
    // After a sleep of the machine the plant starts anew instead of sending minutes at once.
    if (nowMs - lastMs > CATCH_UP_MS || nowMs < lastMs) plant = new Plant({ seed: options.seed, startMs: nowMs });
    lastMs = nowMs;
    for (const message of plant.advance(nowMs)) {
      if (client.connected) client.publish(message.topic, message.payload, { qos: 1, retain: message.retain });
    }
  }, TICK_MS);
  return {
    close: async () => {
      clearInterval(timer);
      await client.endAsync(true);
    }
  };
}
