import net from 'node:net';
import http from 'node:http';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { listenOn, type Listening } from './listen';

/** An embedded MQTT 3.1.1 broker for the workshop: TCP and WebSocket on 127.0.0.1. Not a broker for production. */
export interface EmbeddedBroker {
  readonly tcpUrl: string;
  readonly wsUrl: string;
  close(): Promise<void>;
}

export async function startBroker(options: { readonly tcpPort: number; readonly wsPort: number; readonly say: (line: string) => void }): Promise<EmbeddedBroker> {
  const broker = await Aedes.createBroker({ queueLimit: 1_000, concurrency: 1_000 });
  const tcpServer = net.createServer(socket => {
    socket.setNoDelay(true);
    broker.handle(socket);
  });
  const webServer = http.createServer((_request, response) => {
    response.writeHead(426, { 'Content-Type': 'text/plain' });
    response.end('This is an MQTT broker: connect with MQTT over WebSocket.\n');
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1 << 20, handleProtocols: protocols => (protocols.has('mqtt') ? 'mqtt' : false) });
  webServer.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, client => {
      const stream = createWebSocketStream(client);
      stream.on('error', () => client.terminate());
      broker.handle(stream, request);
    });
  });
  const tcp: Listening = await listenOn(tcpServer, options.tcpPort, 'MQTT (TCP)', options.say);
  const web: Listening = await listenOn(webServer, options.wsPort, 'MQTT (WebSocket)', options.say);
  return {
    tcpUrl: `mqtt://127.0.0.1:${tcp.port}`,
    wsUrl: `ws://127.0.0.1:${web.port}/mqtt`,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      await new Promise<void>(done => broker.close(() => done()));
      await Promise.all([tcp.close(), web.close()]);
    }
  };
}
