import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, readdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import { generate, parser, type Packet } from 'mqtt-packet';
import { makeBundle, makeSigning } from '../../edge/bundles';
import { benchResult, type BenchOptions, type BenchResult } from '../bench-result';
import { JOBS, payloadOf, topicOf } from './job';
import { buildCommandLine, planOf } from './littoral-system';
import { ROOT } from './root';

const V5 = { protocolVersion: 5 };
const MEGABYTE = 1e6;
const SIZE_MEGABYTES_WANTED = 60;
/** What the agent loads of onnxruntime-web; the rest are builds for browsers and other back ends. */
const RUNTIME_FILES = new Set(['ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm', 'ort-wasm-simd-threaded.mjs']);

const UNUSED = /node_modules\/(@types|undici-types|node-addon-api|@photostructure\/sqlite\/src)(\/|$)/;

/** From the start of the process to the first PUBACK, against Node alone; and the size of what an image of the agent holds beside Node. */
export async function bench({ quick }: BenchOptions): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-start-'));
  const outDir = join(ROOT, '.cache', `start-${process.pid}`);
  try {
    const commandLine = await buildCommandLine(outDir);
    const signing = makeSigning(join(folder, 'trust.json'));
    const bundleFile = join(folder, 'job-1.littoral.zip');
    const recording = [JSON.stringify({ arrivalTimeMs: 0, topic: topicOf(1), payload: JSON.parse(payloadOf(1, 0)) as unknown })];
    writeFileSync(bundleFile, await makeBundle({ plan: planOf(JOBS.J3), signing, release: 1, recording }));
    const [firsts, agains, nodes]: [number[], number[], number[]] = [[], [], []];
    for (let run = 0; run < (quick ? 1 : 5); run++) {
      const args = ['run', bundleFile, '--data', join(folder, `data-${run}`), '--trust', signing.trustFile];
      firsts.push(await firstAckMs(commandLine, args));
      agains.push(await firstAckMs(commandLine, args));
      nodes.push(nodeMs());
    }
    const size = imageMegabytes(commandLine, folder);
    const reference = 'node -e 0';
    return [
      benchResult({ name: 'cold start with a bundle to deploy, to the first acknowledged message', unit: 'ms', reference, values: firsts, referenceValues: nodes }),
      benchResult({ name: 'cold start on its data folder, to the first acknowledged message', unit: 'ms', reference, values: agains, referenceValues: nodes }),
      benchResult({ name: 'image contents without Node, pruned', unit: 'MB', reference: 'largest wanted', values: [size], referenceValues: [SIZE_MEGABYTES_WANTED] })
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** A broker that sends one message as soon as the agent has subscribed; gives the time until it is acknowledged. */
async function firstAckMs(commandLine: string, args: readonly string[]): Promise<number> {
  let acked = (): void => undefined;
  const done = new Promise<void>(resolve => (acked = resolve));
  const server = net.createServer(socket => {
    const reader = parser(V5);
    const reply = (packet: Packet): void => void socket.write(generate(packet, V5));
    socket.on('error', () => socket.destroy());
    socket.on('data', bytes => reader.parse(bytes));
    reader.on('packet', packet => {
      const messageId = packet.messageId ?? 0;
      if (packet.cmd === 'connect') reply({ cmd: 'connack', reasonCode: 0, returnCode: 0, sessionPresent: false });
      else if (packet.cmd === 'puback') acked();
      else if (packet.cmd === 'publish' && packet.qos === 1) reply({ cmd: 'puback', messageId, reasonCode: 0 });
      else if (packet.cmd === 'subscribe') {
        reply({ cmd: 'suback', messageId, granted: packet.subscriptions.map(({ qos }) => qos) });
        if (packet.subscriptions.some(({ topic }) => topic.startsWith('plant/'))) reply({ cmd: 'publish', topic: topicOf(1), payload: payloadOf(1, Date.now()), qos: 1, messageId: 1, dup: false, retain: false });
      }
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const startedMs = performance.now();
  const child = spawn(process.execPath, [commandLine, ...args, '--broker', `mqtt://127.0.0.1:${port}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.on('data', bytes => (words += String(bytes)));
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  await Promise.race([done, ended.then(() => Promise.reject(new Error(`littoral run ended: ${words}`)))]);
  const tookMs = performance.now() - startedMs;
  child.kill('SIGTERM');
  await ended;
  server.close();
  return tookMs;
}

function nodeMs(): number {
  const startedMs = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - startedMs;
}

/** The command line and its packages as they are installed for production, without what other platforms and browsers need. */
function imageMegabytes(commandLine: string, folder: string): number {
  const image = join(folder, 'image');
  const packages = [...productionPackages('littoral', join(ROOT, 'package.json'))];
  for (const name of packages) cpSync(join(ROOT, 'node_modules', name), join(image, 'node_modules', name), { recursive: true, filter: path => isKept(path) });
  mkdirSync(join(image, 'lib'), { recursive: true });
  cpSync(join(commandLine, '..'), join(image, 'lib', 'edge'), { recursive: true });
  return bytesBelow(image) / MEGABYTE;
}

/** Names of everything that a production install brings to this platform. */
function productionPackages(name: string, manifest: string, known = new Set<string>()): ReadonlySet<string> {
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly dependencies?: Readonly<Record<string, string>>; readonly optionalDependencies?: Readonly<Record<string, string>> };
  for (const each of [...Object.keys(dependencies), ...Object.keys(optionalDependencies)]) {
    const path = join(ROOT, 'node_modules', each, 'package.json');
    if (known.has(each) || !existsSync(path)) continue;
    known.add(each);
    productionPackages(each, path, known);
  }
  return known;
}

/** What the pruning step of the rendered Dockerfile keeps. */
function isKept(path: string): boolean {
  if (UNUSED.test(path)) return false;
  const prebuild = /prebuilds\/([^/]+)/.exec(path)?.[1];
  if (prebuild !== undefined && !prebuild.startsWith(`${process.platform}-${process.arch}`)) return false;
  const runtime = /onnxruntime-web\/dist\/([^/]+)$/.exec(path)?.[1];
  return runtime === undefined || RUNTIME_FILES.has(runtime);
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? bytesBelow(path) : statSync(path).size);
  }, 0);
}
