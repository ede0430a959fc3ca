import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemEnv } from '../../../edge/env/system-env';
import type { TlsSettings } from '../../../edge/env/tls-settings';
import { Publisher } from '../../../edge/mqtt/publisher';
import { mosquittoConfig } from '../../../edge/mqtt/mosquitto-profile';
import { freePort, startMosquitto, type Mosquitto } from '../mosquitto';
import { until } from '../until';

const CERTIFICATES = join(import.meta.dirname, 'tls');
const pem = (name: string): string => readFileSync(join(CERTIFICATES, name), 'utf8');
const ca = pem('ca.crt');
const client = { cert: pem('client.crt'), key: pem('client.key') };

let folder = '';
let port = 0;
let broker: Mosquitto;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-tls-'));
  for (const name of ['ca.crt', 'server.crt', 'server.key']) copyFileSync(join(CERTIFICATES, name), join(folder, name));
  chmodSync(join(folder, 'server.key'), 0o600);
  port = await freePort();
  const profile = mosquittoConfig({ port, host: '127.0.0.1', persistenceDir: null, passwordFile: null, tls: { caFile: join(folder, 'ca.crt'), certFile: join(folder, 'server.crt'), keyFile: join(folder, 'server.key'), requireCertificate: true } });
  const listener = profile.split('\n').filter(line => /^(listener|cafile|certfile|keyfile|tls_version|require_certificate)/.test(line));
  broker = await startMosquitto({ lines: listener });
});
afterAll(async () => {
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Tries to connect; gives what the client says of itself after its first success or failure. */
async function tried(settings: TlsSettings, options: { host?: string; port?: number } = {}): Promise<string> {
  const logs: string[] = [];
  const url = `mqtts://${options.host ?? '127.0.0.1'}:${options.port ?? port}`;
  const publisher = new Publisher({ env: systemEnv(), settings: { url, tls: settings }, clientId: 'tls', log: line => logs.push(line), onRefused: () => undefined, onRoom: () => undefined });
  publisher.start();
  await until(() => publisher.ready || logs.length > 0);
  const outcome = publisher.ready ? 'connected' : (logs[0] ?? '');
  await publisher.stop();
  return outcome;
}

describe('a broker over TLS', () => {
  it('is trusted with its authority and shown the certificate of the client', async () => {
    expect(await tried({ ca, ...client })).toBe('connected');
  });

  it('is not trusted without its authority, and the words say so', async () => {
    expect(await tried({ ...client })).toMatch(/no connection \(TLS, .*certificate.*Check the certificate authority/);
  });

  it('is not trusted under another name than its certificate has', async () => {
    expect(await tried({ ca, ...client, servername: 'other.example' })).toMatch(/no connection \(TLS, Hostname\/IP does not match certificate's altnames/);
  });

  it('refuses a client that shows no certificate', async () => {
    expect(await tried({ ca })).toMatch(/no connection|closed the connection/);
  });

  it('is asked for the protocols of ALPN', async () => {
    const protocols: (string | false | null)[] = [];
    const server = tls.createServer({ cert: pem('server.crt'), key: pem('server.key'), ALPNProtocols: ['x-amzn-mqtt-ca', 'mqtt'] }, socket => {
      protocols.push(socket.alpnProtocol);
      socket.destroy();
    });
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    await tried({ ca, alpn: ['mqtt'] }, { port: (server.address() as AddressInfo).port });
    expect(protocols[0]).toBe('mqtt');
    await new Promise(done => server.close(done));
  });
});
