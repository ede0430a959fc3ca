import { createSocket } from 'node:dgram';

/** Sends datagrams to one address. Nobody confirms them. */
export interface UdpSender {
  /** Rejects when this machine cannot send it. */
  send(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export function udpSender({ host, port }: { readonly host: string; readonly port: number }, onError: (error: Error) => void): UdpSender {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.on('error', onError);
  socket.unref();
  return {
    send: bytes => new Promise((done, fail) => socket.send(bytes, port, host, error => (error === null ? done() : fail(error)))),
    close: () => new Promise(done => socket.close(done))
  };
}
