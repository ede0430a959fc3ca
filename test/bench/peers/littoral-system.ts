import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Expression } from '../../../engine/expression/ast';
import type { Plan, PlanNode } from '../../../engine/plan/plan';
import { makeBundle, makeSigning } from '../../edge/bundles';
import { IN_FILTER, OUT_TOPIC, payloadOf, topicOf, type Job } from './job';
import { startRestartable, until } from './restartable';
import { ROOT } from './root';
import type { System } from './system';

const column = (name: string): Expression => ({ kind: 'column', name });
const number = (value: number): Expression => ({ kind: 'literal', value, type: 'float64' });

/** The job as a Plan. */
export function planOf(job: Job): Plan {
  const source: PlanNode = {
    id: 'in',
    op: 'source',
    config: {
      connector: 'mqtt',
      topic: IN_FILTER,
      connection: 'plant',
      decoder: { format: 'json' },
      schema: {
        fields: [
          { name: 'device', type: 'utf8', nullable: false },
          { name: 't', type: 'timestampMs', nullable: false },
          { name: 'n', type: 'int64', nullable: false },
          { name: 'value', type: 'float64', nullable: false }
        ]
      },
      eventTime: 't',
      maxOutOfOrdernessMs: 0,
      maxFutureSkewMs: null,
      idleTimeoutMs: null,
      watermarkPer: 'source'
    }
  };
  const positive: PlanNode = { id: 'positive', op: 'filter', input: 'in', config: { predicate: { kind: 'binary', op: '>', left: column('value'), right: number(0) } } };
  const work: PlanNode[] = job.name === 'J1' ? windows() : [{ id: 'work', op: 'select', input: 'positive', config: { columns: [{ name: 'n', expression: column('n') }, { name: 'f', expression: fahrenheit() }] } }];
  const sink: PlanNode = { id: 'out', op: 'sink', input: 'work', config: { connector: 'mqtt', name: 'out', topic: OUT_TOPIC, connection: 'plant', qos: job.qos, retain: false } };
  return { littoralPlan: 1, name: job.name.toLowerCase(), ...(job.qos === 1 ? { delivery: 'exactlyOnceEffects' as const } : { delivery: 'atMostOnce' as const }), nodes: [source, positive, ...work, sink] };
}

function fahrenheit(): Expression {
  return { kind: 'binary', op: '+', left: { kind: 'binary', op: '*', left: column('value'), right: number(1.8) }, right: number(32) };
}

function windows(): PlanNode[] {
  return [
    { id: 'byDevice', op: 'keyBy', input: 'positive', config: { columns: ['device'] } },
    {
      id: 'work',
      op: 'window',
      input: 'byDevice',
      config: {
        window: { kind: 'tumbling', sizeMs: 1_000, offsetMs: 0 },
        aggregates: [
          { name: 'n', fn: 'count' },
          { name: 'mean', fn: 'mean', column: 'value' },
          { name: 'min', fn: 'min', column: 'value' },
          { name: 'max', fn: 'max', column: 'value' },
          { name: 'sd', fn: 'stddev', column: 'value' }
        ],
        allowedLatenessMs: 0,
        latePolicy: 'drop',
        emit: 'onClose'
      }
    }
  ];
}

/** Bundles the command line into `outDir`, below the root so that it finds its packages. */
export async function buildCommandLine(outDir: string): Promise<string> {
  const { buildEdge } = (await import(pathToFileURL(join(ROOT, 'scripts', 'build-edge.mjs')).href)) as { buildEdge: (options: { root: string; outDir: string }) => Promise<void> };
  await buildEdge({ root: ROOT, outDir });
  return join(outDir, 'main.mjs');
}

/** The agent as its users start it: `littoral run` with a signed bundle. */
export function littoralSystem(commandLine: string): System {
  return {
    name: 'Littoral agent',
    missing: () => (existsSync(commandLine) ? null : `no ${commandLine}; build the command line first`),
    start: async ({ job, brokerPort, folder }) => {
      const signing = makeSigning(join(folder, 'trust.json'));
      const bundleFile = join(folder, 'job-1.littoral.zip');
      const recording = [JSON.stringify({ arrivalTimeMs: 0, topic: topicOf(1), payload: JSON.parse(payloadOf(1, 0)) as unknown })];
      writeFileSync(bundleFile, await makeBundle({ plan: planOf(job), signing, release: 1, recording }));
      const dataDir = join(folder, 'data');
      return startRestartable({
        command: process.execPath,
        args: [commandLine, 'run', bundleFile, '--data', dataDir, '--trust', signing.trustFile, '--broker', `mqtt://127.0.0.1:${brokerPort}`],
        ready: () => until(() => isReady(join(dataDir, 'http.json')))
      });
    }
  };
}

async function isReady(httpFile: string): Promise<boolean> {
  if (!existsSync(httpFile)) return false;
  const { url } = JSON.parse(readFileSync(httpFile, 'utf8')) as { readonly url: string };
  const answer = await fetch(`${url}/readyz`).catch(() => null);
  return answer?.ok === true;
}
