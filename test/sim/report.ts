import type { Proof } from './proof';
import type { ProofRun } from './run-proof';

/** What the proofs ran on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly sqlite: string;
  readonly mosquitto: string;
}

export interface ReportInput {
  readonly machine: Machine;
  /** Every proof there is. */
  readonly proofs: readonly Pick<Proof, 'id' | 'title' | 'passLine'>[];
  /** The runs to report, by id. */
  readonly runs: ReadonlyMap<string, ProofRun>;
  /** Machine paths and what stands for them. */
  readonly paths: Readonly<Record<string, string>>;
}

const GOALS = 16;

/** The report of the proofs as Markdown, ordered by id. */
export function renderReport(input: ReportInput): string {
  const proofs = [...input.proofs].sort((a, b) => numberOf(a.id) - numberOf(b.id));
  const runs = proofs.flatMap(({ id }) => input.runs.get(id) ?? []);
  const lines = [
    '# Proofs',
    '',
    'Written by `npm run prove`. The pass lines are those of the goals G1 to G16; a verdict holds for the machine, the scale and the commit named beside it.',
    '',
    ...machineLines(input.machine),
    '',
    '| proof | verdict | scale | seed | date | time | commit |',
    '|---|---|---|---|---|---|---|',
    ...proofs.map(proof => summaryLine(proof, input.runs.get(proof.id))),
    '',
    ...withoutProof(proofs),
    ...runs.flatMap(section)
  ];
  let text = `${lines.join('\n').trimEnd()}\n`;
  for (const [path, name] of Object.entries(input.paths)) text = text.replaceAll(path, name);
  return text;
}

function machineLines(machine: Machine): string[] {
  const { processor, cores, memoryBytes, system, node, sqlite, mosquitto } = machine;
  return [`Machine: ${processor}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(1)} GiB, ${system}; Node ${node}, SQLite ${sqlite}, Mosquitto ${mosquitto}.`];
}

function summaryLine({ id, title }: Pick<Proof, 'id' | 'title'>, run: ProofRun | undefined): string {
  if (run === undefined) return `| ${id} ${title} | **not run** | | | | | |`;
  return `| ${id} ${title} | ${verdict(run)} | ${run.scale} | ${run.seed} | ${run.startedAt.slice(0, 10)} | ${duration(run.seconds)} | ${run.commit} |`;
}

function withoutProof(proofs: readonly Pick<Proof, 'id'>[]): string[] {
  const known = new Set(proofs.map(proof => proof.id));
  const missing = Array.from({ length: GOALS }, (_none, index) => `G${index + 1}`).filter(id => !known.has(id));
  return missing.length === 0 ? [] : [`No proof here: ${missing.join(', ')}.`, ''];
}

function section(run: ProofRun): string[] {
  const figures = Object.entries(run.figures);
  return [
    `## ${run.id} ${run.title}`,
    '',
    `Pass line: ${run.passLine}`,
    '',
    `Verdict: ${verdict(run)} (scale ${run.scale}, seed ${run.seed}, ${duration(run.seconds)}). Again: \`npm run prove -- ${run.id}${run.scale === 'small' ? ' --small' : ''} --seed ${run.seed}\`.`,
    '',
    ...(figures.length === 0 ? [] : ['| figure | value |', '|---|---|', ...figures.map(([name, value]) => `| ${words(name)} | ${figure(value)} |`), '']),
    ...list('Findings', run.findings),
    ...list('Limits', run.limits)
  ];
}

function list(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${title}:`, ...items.map(item => `- ${item.replaceAll('\n', '\n  ')}`), ''];
}

function verdict(run: ProofRun): string {
  return run.ok ? 'passed' : '**failed**';
}

function duration(seconds: number): string {
  return seconds < 100 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** `lostMessages` becomes "lost messages"; names that are words already stay. */
function words(name: string): string {
  return /^[a-z][A-Za-z0-9]*$/.test(name) ? name.replace(/[A-Z]+/g, letters => ` ${letters.toLowerCase()}`) : name;
}

function figure(value: number | string): string {
  if (typeof value === 'string') return value.replaceAll('|', '\\|');
  return Number.isInteger(value) ? value.toLocaleString('en') : Number(value.toPrecision(4)).toLocaleString('en', { maximumSignificantDigits: 4 });
}

function numberOf(id: string): number {
  return Number(id.replace(/\D+/g, ''));
}
