import { Connections } from './connection/connections';
import { webSocketTransport } from './connection/websocket-transport';
import { EventHub } from './event-hub';
import { systemClock } from './platform/clock';
import type { AssetUrls, ConnectionInfo, ConnectionSettings, ConnectionTest, TopicInfo } from './protocol';
import { serve } from './rpc/serve';

export class EngineHost {
  private readonly clock = systemClock();
  private readonly events = new EventHub();
  private readonly connectionsByName = new Connections({ transport: webSocketTransport(), clock: this.clock, random: Math.random, emit: this.events.emit });

  async init(_assets: AssetUrls): Promise<void> {}
  async listen(port: MessagePort): Promise<void> { this.events.listen(port); }
  async addPort(port: MessagePort): Promise<void> { port.start(); serve(this, port); }
  addConnection(settings: ConnectionSettings): Promise<void> { return this.connectionsByName.add(settings); }
  async connections(): Promise<readonly ConnectionInfo[]> { return this.connectionsByName.list(); }
  connect(name: string): Promise<void> { return this.connectionsByName.get(name).connect(); }
  disconnect(name: string): Promise<void> { return this.connectionsByName.get(name).disconnect(); }
  testConnection(settings: ConnectionSettings): Promise<ConnectionTest> { return this.connectionsByName.test(settings); }
  watchTopics(connection: string, filter: string): Promise<void> { return this.connectionsByName.watch(connection, filter); }
  async topics(connection: string): Promise<readonly TopicInfo[]> { return this.connectionsByName.topics(connection); }
}
