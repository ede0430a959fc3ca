import net from 'node:net';
import { Aedes } from 'aedes';

/** The broker that the workbench embeds: MQTT 3.1.1 only, and it repeats messages without DUP. */
export async function startAedes(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const broker = await Aedes.createBroker();
  const server = net.createServer(socket => broker.handle(socket));
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    url: `mqtt://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`,
    stop: async () => {
      await new Promise<void>(done => broker.close(() => done()));
      await new Promise<void>(done => server.close(() => done()));
    }
  };
}
