import { createHash } from 'node:crypto';
import { LittoralError } from '../../engine/error';
import { systemEnv } from '../env/system-env';
import { BUNDLE_BYTES_MAX, type AgentReport, type DesiredBundle } from '../fleet/fleet-messages';
import { FleetView } from '../fleet/fleet-view';
import { rollOut, type RollOutResult } from '../fleet/roll-out';
import { isSelected, parseStages } from '../fleet/stages';
import { CHUNK_BYTES, CHUNKS_MAX } from '../fleet/topics';
import { readFileBytes } from '../host/files';
import { readUntrustedBundle } from '../host/open-bundle-file';
import { brokerSecrets } from '../secrets/broker-secrets';
import { parseSecret } from '../secrets/parse-secret';
import { SecretRing } from '../secrets/secret-ring';
import { durationMs } from './duration';
import { UsageError } from './verb';
import type { Call, Outcome, Verb } from './verb';
import { instantWords, tableWords } from './words';

const PAUSE_MS = 30_000;
const TIMEOUT_MS = 300_000;
const ACTIONS: Readonly<Record<string, (call: Call) => Promise<Outcome>>> = { list, status, deploy, watch };

/** `littoral fleet`: the agents behind one broker. */
export const fleet: Verb = {
  name: 'fleet',
  operands: 'list|status|deploy|watch [agent|bundle] --broker URL',
  operandCount: { min: 1, max: 2 },
  summary: 'see the agents of a fleet and bring them a new release in stages',
  details: `list    prints every agent that was started with --fleet on this broker: its release, health and labels.
status  prints all that one agent says of itself.
deploy  brings a bundle to agents, stage by stage. Each verifies it and repeats its evidence before it takes over. A stage is
        done when all its agents run the bundle in good health and have gone on so for --pause; the first agent that refuses
        it, gives it up, falls ill or goes offline ends the roll-out, and later stages keep what they have. Agents that are
        offline get it when they come back, after all others.
watch   prints what changes, until Ctrl-C.
The broker needs to keep retained messages; agents and this command need rights to littoral/fleet/#.`,
  options: [
    { name: 'broker', value: 'URL', required: true, doc: 'the broker of the fleet, mqtt://host:port or mqtts://…' },
    { name: 'select', value: 'LABEL=VALUE', multiple: true, doc: 'only agents with this label; several: all of them' },
    { name: 'stages', value: 'LIST', doc: 'deploy: agents that have the bundle after each stage, numbers or shares; default 1,10%,100%' },
    { name: 'pause', value: 'TIME', doc: 'deploy: how long a stage is watched; 30s, 5min …; default 30s' },
    { name: 'timeout', value: 'TIME', doc: 'deploy: how long the agents of a stage may take; default 5min' },
    { name: 'url', value: 'URL', doc: 'deploy: agents fetch the file from this address instead of the broker' },
    { name: 'secret', value: 'NAME=REF', multiple: true, doc: 'broker=REF: user:password of the broker, by reference env:VARIABLE, file:PATH or credential:ID' },
    { name: 'tls-ca', value: 'FILE', doc: 'certificates of the authorities that vouch for the broker, PEM' },
    { name: 'tls-cert', value: 'FILE', doc: 'certificate of this command for the broker, PEM' },
    { name: 'tls-key', value: 'REF', doc: 'private key of that certificate, by reference' }
  ],
  example: 'littoral fleet list --broker mqtt://127.0.0.1:1883',
  async run(call) {
    const action = ACTIONS[call.operand(0)];
    if (action === undefined) throw new UsageError(`littoral fleet: "${call.operand(0)}" is not ${Object.keys(ACTIONS).join(', ')}; see \`littoral fleet --help\``);
    const wanted = call.operand(0) === 'status' || call.operand(0) === 'deploy' ? 2 : 1;
    if (call.operands.length !== wanted) throw new UsageError(`littoral fleet ${call.operand(0)}: ${wanted === 2 ? 'one more operand is expected' : 'no further operand is expected'}; see \`littoral fleet --help\``);
    return action(call);
  }
};

async function withView<T>(call: Call, use: (view: FleetView) => Promise<T>): Promise<T> {
  const key = call.text('tls-key');
  const secrets = SecretRing.parse(call.texts('secret'));
  const renew = brokerSecrets({ ring: secrets, caFile: call.text('tls-ca'), certFile: call.text('tls-cert'), key: key === undefined ? undefined : parseSecret(key) });
  const settings = { url: call.required('broker'), ...(renew === undefined ? {} : { renew }) };
  const view = await FleetView.open({ env: systemEnv(), settings, log: line => call.terminal.say(line) });
  try {
    return await use(view);
  } finally {
    await view.close();
  }
}

function selected(call: Call, view: FleetView): readonly AgentReport[] {
  return view.agents.filter(({ labels }) => isSelected(labels, call.texts('select')));
}

function list(call: Call): Promise<Outcome> {
  return withView(call, view => {
    const agents = selected(call, view);
    const words = agents.length === 0 ? ['No agent says anything on this broker. Start agents with --fleet.'] : tableWords([['AGENT', 'HEALTH', 'PIPELINE', 'RELEASE', 'SINCE', 'VERSION', 'LABELS', ''], ...agents.map(agentRow)]);
    return Promise.resolve({ ok: true, document: { ok: true, agents }, words });
  });
}

function agentRow({ agent, health, pipeline, release, sinceMs, version, labels, onProbation, problem, deployment }: AgentReport): readonly string[] {
  const notes = [onProbation ? 'on probation' : null, deployment === null || deployment.outcome === 'live' ? null : `release ${deployment.release}: ${deployment.outcome}${deployment.reason === null ? '' : ` (${deployment.reason})`}`, problem].filter(note => note !== null);
  const labelWords = Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(' ');
  return [agent, health, pipeline ?? '-', release === null ? '-' : String(release), sinceMs === null ? '-' : instantWords(sinceMs), version, labelWords || '-', notes.join('; ')];
}

function status(call: Call): Promise<Outcome> {
  return withView(call, view => {
    const name = call.operand(1);
    const report = view.reports.get(name);
    if (report === undefined) {
      const known = view.agents.map(({ agent }) => agent);
      throw new LittoralError('AGENT_UNKNOWN', `agent "${name}": it says nothing on this broker; there are ${known.length === 0 ? 'none' : known.slice(0, 20).join(', ')}. Check its name, or start it with --fleet and --name.`);
    }
    const desired = view.desired.get(name) ?? null;
    const rows = Object.entries({ ...report, labels: JSON.stringify(report.labels), deployment: report.deployment === null ? null : JSON.stringify(report.deployment), wished: desired === null ? null : `${desired.pipeline} release ${desired.release}` });
    return Promise.resolve({ ok: report.health === 'ok', document: { ok: report.health === 'ok', report, desired }, words: tableWords(rows.map(([field, value]) => [field, value === null ? '-' : String(value)])) });
  });
}

async function deploy(call: Call): Promise<Outcome> {
  const path = call.operand(1);
  const bytes = await readFileBytes(path, 'bundle');
  const desired = wishOf(bytes, path, call.text('url') ?? null);
  return withView(call, async view => {
    const agents = selected(call, view);
    const present = agents.filter(({ health }) => health !== 'offline').map(({ agent }) => agent);
    const absent = agents.filter(({ health }) => health === 'offline').map(({ agent }) => agent);
    if (present.length === 0) throw new LittoralError('FLEET_EMPTY', `fleet: no agent that is online ${call.texts('select').length === 0 ? 'is on this broker' : `has ${call.texts('select').join(' and ')}`}; expected at least one. Look with \`littoral fleet list\`.`);
    const result = await rollOut({
      env: systemEnv(),
      view,
      desired,
      bytes: desired.url === null ? bytes : null,
      agents: present,
      absent,
      stages: parseStages(call.text('stages') ?? '1,10%,100%', present.length),
      pauseMs: lengthOf(call, 'pause') ?? PAUSE_MS,
      timeoutMs: lengthOf(call, 'timeout') ?? TIMEOUT_MS,
      onProgress: ({ stage, stages, live, wished, words }) => call.terminal.progress(`stage ${stage} of ${stages}: ${live} of ${wished} agents live; ${words}`)
    });
    return { ok: result.ok, document: { pipeline: desired.pipeline, release: desired.release, sha256: desired.sha256, absent, ...result }, words: resultWords(desired, result, { total: present.length, absent }) };
  });
}

function lengthOf(call: Call, name: string): number | undefined {
  const text = call.text(name);
  return text === undefined ? undefined : durationMs(text, name);
}

function wishOf(bytes: Uint8Array, path: string, url: string | null): DesiredBundle {
  const { statement } = readUntrustedBundle(bytes, path);
  const max = url === null ? CHUNK_BYTES * CHUNKS_MAX : BUNDLE_BYTES_MAX;
  if (bytes.length > max) throw new LittoralError('BUNDLE_SIZE', `bundle "${path}": ${bytes.length} bytes; expected at most ${max}. ${url === null ? 'Put it where agents can fetch it and give --url.' : 'Make its models or its evidence smaller.'}`);
  return { id: systemEnv().randomHex(8), pipeline: statement.pipelineId, release: statement.release, sha256: statement.sha256, fileSha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, url };
}

function resultWords({ pipeline, release }: DesiredBundle, { ok, live, untouched, failures, stage }: RollOutResult, { total, absent }: { readonly total: number; readonly absent: readonly string[] }): string[] {
  const head = `${pipeline} release ${release}: ${live.length} of ${total} agents run it.`;
  if (ok) return [head, ...(untouched.length === 0 ? [] : [`${untouched.length} agents are not part of these stages: ${untouched.join(', ')}.`]), ...(absent.length === 0 ? [] : [`${absent.length} agents are offline and take it when they come back: ${absent.join(', ')}.`])];
  return [
    head,
    `Stopped in stage ${stage}; ${untouched.length} agents keep what they have.`,
    ...failures.map(({ agent, what, reason, detail }) => `${agent}: ${what}${reason === null ? '' : ` (${reason})`}: ${detail}`),
    `Look at the agent with \`littoral fleet status ${failures[0]?.agent ?? '<agent>'}\`. Then deploy a corrected release with a higher number; deploying this one again tries the same agents first.`
  ];
}

async function watch(call: Call): Promise<Outcome> {
  return withView(call, async view => {
    const shown = new Map<string, string>();
    const show = (name: string): void => {
      const report = view.reports.get(name);
      if (report === undefined || !isSelected(report.labels, call.texts('select'))) return;
      const [line = ''] = tableWords([agentRow(report)]);
      if (shown.get(name) === line) return;
      shown.set(name, line);
      call.terminal.say(`${instantWords(report.atMs)}  ${line}`);
    };
    for (const { agent } of view.agents) show(agent);
    const end = view.onNews(show);
    await new Promise<void>(done => {
      process.once('SIGINT', () => done());
      process.once('SIGTERM', () => done());
    });
    end();
    return { ok: true, document: { ok: true, agents: selected(call, view) }, words: [] };
  });
}
