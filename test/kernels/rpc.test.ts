import { afterEach, describe, expect, it } from 'vitest';
import { LittoralError } from '../../engine/error';
import { Rpc } from '../../kernels/typescript/rpc';
import type { RpcEndpoint } from '../../kernels/typescript/rpc';

interface Service {
  add(a: number, b: number): number;
  fail(): void;
  uncloneable(): unknown;
  port(): MessagePort;
  wait(): Promise<never>;
  order(): Promise<string>;
}

let close: () => void = () => undefined;
afterEach(() => close());

function pair(): { client: Rpc<Service>; heard: string[] } {
  const { port1, port2 } = new MessageChannel();
  port1.start();
  port2.start();
  const heard: string[] = [];
  const client = new Rpc<Service>(port1 as unknown as RpcEndpoint).serve({ note: (text: string) => void heard.push(text) });
  const server = new Rpc<{ note(text: string): void }>(port2 as unknown as RpcEndpoint);
  server.serve({
    add: (a: number, b: number) => a + b,
    fail() {
      throw new LittoralError('BROKEN', 'it broke', { details: { huge: 12n } });
    },
    uncloneable: () => () => 1,
    port: () => new MessageChannel().port1,
    wait: () => new Promise(() => undefined),
    order() {
      void server.remote.note('first');
      void server.remote.note('second');
      return 'answer';
    }
  });
  close = () => {
    port1.close();
    port2.close();
  };
  return { client, heard };
}

describe('calls over one endpoint', () => {
  it('give their value', async () => {
    expect(await pair().client.remote.add(2, 3)).toBe(5);
  });

  it('give their error with code and details', async () => {
    await expect(pair().client.remote.fail()).rejects.toMatchObject({ code: 'BROKEN', message: 'it broke', details: { huge: '12' } });
  });

  it('fail in words when there is no such method', async () => {
    const { client } = pair();
    await expect((client.remote as unknown as Record<string, () => Promise<unknown>>)['nothing']?.()).rejects.toMatchObject({ code: 'NO_SUCH_METHOD' });
  });

  it('fail instead of hanging when the answer cannot be cloned', async () => {
    await expect(pair().client.remote.uncloneable()).rejects.toThrow(/could not be cloned/);
  });

  it('transfer ports', async () => {
    const port = await pair().client.remote.port();
    expect(port).toBeInstanceOf(MessagePort);
    port.close();
  });

  it('arrive in the order in which they were made, answers included', async () => {
    const { client, heard } = pair();
    expect([await client.remote.order(), ...heard]).toEqual(['answer', 'first', 'second']);
  });

  it('are rejected when the endpoint is closed, now and later', async () => {
    const { client } = pair();
    const waiting = client.remote.wait();
    client.close(new LittoralError('WORKER_DOWN', 'gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(client.remote.add(1, 1)).rejects.toThrow('gone');
  });
});
