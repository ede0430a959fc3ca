import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

export interface Moto {
  /** Where the lake is, and the environment with which it is reached. */
  readonly location: string;
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const BUCKET = 'littoral-proof';
const ATTEMPTS = 600;
const ATTEMPT_MS = 100;

/** The S3 server of moto in the Python environment of `python`, with an empty bucket. */
export async function startMoto(python: string): Promise<Moto> {
  const port = await freePort();
  const child = spawn(join(dirname(python), 'moto_server'), ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const ended = new Promise<void>(done => child.once('exit', () => done()));
  const endpoint = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < ATTEMPTS && (await fetch(`${endpoint}/${BUCKET}`, { method: 'PUT' }).catch(() => null))?.ok !== true; attempt++) await new Promise(done => setTimeout(done, ATTEMPT_MS));
  return {
    location: `s3://${BUCKET}/lake`,
    environment: { LITTORAL_S3_ENDPOINT: endpoint, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'proof', AWS_SECRET_ACCESS_KEY: 'proof' },
    async stop() {
      child.kill();
      await ended;
    }
  };
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise(done =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    })
  );
}
