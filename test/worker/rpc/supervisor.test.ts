import { describe, expect, it } from 'vitest';
import type { Endpoint } from 'comlink';
import { LittoralError } from '../../../engine/error';
import { installTransferHandlers } from '../../../worker/rpc/transfer-handlers';
import { serve } from '../../../worker/rpc/serve';
import { Supervisor } from '../../../worker/rpc/supervisor';
import { ManualClock, settled } from '../support/manual-clock';

interface Sample {
  add(a: number, b: number): Promise<number>;
  fail(): Promise<void>;
  hang(): Promise<void>;
}
const sample: Sample = {
  add: (a, b) => Promise.resolve(a + b),
  fail: () => Promise.reject(new LittoralError('SAMPLE', 'subject: seen', { details: { column: 'x', big: 5n }, retryable: true })),
  hang: () => new Promise(() => undefined)
};

function build(options: { start?: (service: Sample) => Promise<void> } = {}): { supervisor: Supervisor<Sample>; clock: ManualClock; down: LittoralError[]; ports: MessagePort[]; fail: ((reason: string) => void)[] } {
  installTransferHandlers();
  const clock = new ManualClock();
  const down: LittoralError[] = [];
  const ports: MessagePort[] = [];
  const fail: ((reason: string) => void)[] = [];
  const supervisor = new Supervisor<Sample>({
    name: 'sample',
    consequence: 'Its state is lost.',
    clock,
    onDown: error => down.push(error),
    start: options.start,
    open(onFailure) {
      const { port1, port2 } = new MessageChannel();
      serve(sample, port2 as unknown as Endpoint);
      port2.start();
      port1.start();
      ports.push(port2);
      fail.push(onFailure);
      return { endpoint: port1 as unknown as Endpoint, close: () => (port1.close(), port2.close()) };
    }
  });
  return { supervisor, clock, down, ports, fail };
}

describe('a supervised service', () => {
  it('starts nothing before the first call, then answers', async () => {
    const { supervisor, ports } = build();
    expect(ports).toHaveLength(0);
    expect(await supervisor.service.add(1, 2)).toBe(3);
    expect(ports).toHaveLength(1);
    supervisor.dispose();
  });

  it('brings an error over with class, code, details and retryable', async () => {
    const { supervisor } = build();
    const error = await supervisor.service.fail().then(
      () => null,
      (caught: unknown) => caught
    );
    expect(error).toBeInstanceOf(LittoralError);
    expect(error).toMatchObject({ code: 'SAMPLE', message: 'subject: seen', retryable: true, details: { column: 'x', big: '5' } });
    supervisor.dispose();
  });

  it('rejects pending and later calls when the worker dies, and works again after a restart', async () => {
    const { supervisor, fail, down } = build();
    const hanging = supervisor.service.hang();
    const outcome = expect(hanging).rejects.toMatchObject({ code: 'WORKER_DOWN', message: expect.stringContaining('its script failed') as string });
    await settled();
    fail[0]?.('its script failed: boom');
    await outcome;
    expect(supervisor.state).toBe('dead');
    expect(down).toHaveLength(1);
    await expect(supervisor.service.add(1, 1)).rejects.toMatchObject({ code: 'WORKER_DOWN' });
    await supervisor.restart();
    expect(await supervisor.service.add(1, 1)).toBe(2);
    supervisor.dispose();
  });

  it('notices a worker that was terminated behind its back by the missing heartbeat', async () => {
    const { supervisor, clock, ports, down } = build();
    const hanging = supervisor.service.hang();
    const outcome = expect(hanging).rejects.toMatchObject({ code: 'WORKER_DOWN', message: expect.stringContaining('has not answered for') as string });
    await settled();
    ports[0]?.close();
    await clock.advance(60_000);
    await outcome;
    expect(down).toHaveLength(1);
  });

  it('keeps a worker that answers its heartbeat although a call takes for ever', async () => {
    const { supervisor, clock, down } = build();
    const hanging = supervisor.service.hang();
    hanging.catch(() => undefined);
    await clock.advance(120_000);
    expect(down).toHaveLength(0);
    expect(supervisor.state).toBe('alive');
    supervisor.dispose();
    await expect(hanging).rejects.toMatchObject({ code: 'WORKER_DOWN' });
  });

  it('says that it could not start', async () => {
    const { supervisor, down } = build({ start: () => Promise.reject(new LittoralError('ASSET', 'asset "ort": not found')) });
    await expect(supervisor.service.add(1, 1)).rejects.toMatchObject({ code: 'ASSET' });
    await expect(supervisor.service.add(1, 1)).rejects.toMatchObject({ code: 'WORKER_DOWN', message: expect.stringContaining('asset "ort": not found') as string });
    expect(down).toHaveLength(1);
  });
});
