import type { StreamsEvent } from './protocol';

/** Sends every event to every port that listens. A closed port is dropped at the next event. */
export class EventHub {
  private readonly ports = new Set<MessagePort>();

  listen(port: MessagePort): void {
    this.ports.add(port);
    port.addEventListener('close', () => this.ports.delete(port));
    port.start();
  }

  readonly emit = (event: StreamsEvent): void => {
    for (const port of this.ports) port.postMessage(event);
  };
}
