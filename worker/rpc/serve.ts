import { expose } from 'comlink';
import type { Endpoint } from 'comlink';
import { installTransferHandlers } from './transfer-handlers';

/** Serves `service` to the other side of `endpoint`; a `Supervisor` there adds the heartbeat. */
export function serve(service: object, endpoint: Endpoint): void {
  installTransferHandlers();
  const served = new Proxy(service, {
    get(target, key) {
      if (key === 'heartbeat') return beat;
      const member: unknown = Reflect.get(target, key);
      return typeof member === 'function' ? member.bind(target) : member;
    }
  });
  expose(served, endpoint);
}

async function beat(): Promise<void> {
  await Promise.resolve();
}
