import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An HTTP server that remembers what it got and answers as it is told. */
export class Receiver {
  readonly received: Received[] = [];
  /** Answer to the n-th request (0-based). */
  answer: (index: number) => { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | 'hangUp' | 'never' = () => ({ status: 200 });
  private readonly server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const answer = this.answer(this.received.length);
      this.received.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) });
      if (answer === 'never') return;
      if (answer === 'hangUp') return request.socket.destroy();
      response.writeHead(answer.status, answer.headers);
      response.end('an answer that nobody reads');
    });
  });

  async listen(port = 0): Promise<void> {
    await new Promise<void>(done => this.server.listen(port, '127.0.0.1', done));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(done => this.server.close(done));
  }
}
