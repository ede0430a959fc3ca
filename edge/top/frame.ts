import { bytesWords, durationWords, grouped } from '../cli/words';
import type { History } from './history';
import { bar, sparkline } from './sparkline';
import type { TopSnapshot } from './snapshot';
import { columnsText, fitted, style, type Look } from './text';

export interface FrameOptions extends Look {
  readonly url: string;
  readonly columns: number;
  readonly rows: number;
  readonly paused: boolean;
  readonly help: boolean;
  /** Words of why there is nothing newer, or null. */
  readonly trouble: string | null;
}

const SPARK_WIDTH = 12;
const HELP = ['', 'q, Ctrl-C  leave', 'p, space   hold the picture; the agent is not affected', '?          these words', '', 'BUSY is the share of the last ten seconds that a node computed by itself.', 'SILENT is how long a source has brought nothing, GAPS what its devices numbered and never came.', 'BURN is how many times faster than allowed an objective uses up its budget: 5 minutes, 1 hour.'];

/** One picture of an agent: exactly `rows` lines of at most `columns` characters. */
export function frame(history: History, options: FrameOptions): string[] {
  const { rows, columns } = options;
  const snapshot = history.latest;
  const body = snapshot === null ? ['', options.trouble ?? 'waiting for the agent …'] : options.help ? HELP : sections(snapshot, history, options, rows - 6);
  const head = snapshot === null ? [style('littoral top', 'bold', options), options.url, ''] : headLines(snapshot, history, options);
  const filled = [...head, ...body].slice(0, rows - 1);
  while (filled.length < rows - 1) filled.push('');
  return [...filled, footer(options)].map(line => fitted(line, columns));
}

function headLines(snapshot: TopSnapshot, history: History, options: FrameOptions): string[] {
  const { rates } = history;
  const { agent, inbox } = snapshot;
  const live = snapshot.state === 'live' && snapshot.problem === null;
  const name = snapshot.pipeline === null ? 'no pipeline' : `${snapshot.pipeline} release ${snapshot.release ?? '?'}`;
  const since = snapshot.sinceMs === null ? '' : ` for ${durationWords(Math.max(0, snapshot.timeMs - snapshot.sinceMs))}`;
  const spark = (values: readonly number[]): string => sparkline(values, SPARK_WIDTH, options.unicode);
  return [
    `${style(name, 'bold', options)}  ${style(`${snapshot.state}${since}`, live ? 'good' : 'bad', options)}${snapshot.onProbation ? ', on probation' : ''}${snapshot.problem === null ? '' : `  ${snapshot.problem}`}`,
    style(`${options.url}  agent ${agent.version} pid ${agent.pid}  cpu ${rates === null ? '–' : `${Math.round(rates.cpu * 100)} %`}  memory ${bytesWords(agent.residentBytes)}`, 'dim', options),
    `in ${rateWords(rates?.recordsIn)} ${spark(history.rateSeries(each => each.recordsIn))}  out ${rateWords(rates?.recordsOut)} ${spark(history.rateSeries(each => each.recordsOut))}  late ${grouped(snapshot.late)}  dead letters ${grouped(snapshot.deadLetters)}`,
    `lag ${snapshot.lagMs === null ? '–' : signedDuration(snapshot.lagMs)}  inbox ${grouped(inbox.rows)} rows ${bytesWords(inbox.bytes)}, ${grouped(inbox.unprocessed)} unseen ${spark(history.valueSeries(each => each.inbox.unprocessed))}`,
    `outbox ${grouped(waitingRows(snapshot))} rows ${spark(history.valueSeries(waitingRows))}  commit p99 ${snapshot.commitP99Ms === null ? '–' : millisecondsWords(snapshot.commitP99Ms)}`
  ];
}

/** The sections get the lines that are there: each its head and first row, then the rest in turn. */
function sections(snapshot: TopSnapshot, history: History, options: FrameOptions, lines: number): string[] {
  const all = [sourceLines(snapshot), nodeLines(snapshot, history, options), sinkLines(snapshot, history), sloLines(snapshot), problemLines(snapshot)].filter(section => section.length > 1);
  const shares = all.map(section => Math.min(section.length, 2));
  const used = (): number => shares.reduce((sum, share) => sum + share, 0) + all.length;
  for (let grew = true; grew; ) {
    grew = false;
    for (const [index, section] of all.entries()) {
      if (used() >= lines || (shares[index] ?? 0) >= section.length) continue;
      shares[index] = (shares[index] ?? 0) + 1;
      grew = true;
    }
  }
  return all.flatMap((section, index) => {
    const share = shares[index] ?? 0;
    const hidden = section.length - share;
    const [first = '', ...rest] = section.slice(0, share);
    return ['', style(hidden > 0 ? `${first}  (${hidden} more)` : first, 'dim', options), ...rest];
  });
}

function waitingRows({ sinks }: TopSnapshot): number {
  return sinks.reduce((sum, { rows }) => sum + rows, 0);
}

function sourceLines({ sources }: TopSnapshot): string[] {
  return columnsText([['SOURCE', 'TOPIC', 'STATE', 'SILENT', 'GAPS'], ...sources.map(({ source, topic, up, silentMs, missing }) => [source, topic, up ? 'up' : 'DOWN', silentMs === null ? '–' : durationWords(silentMs), missing === null ? '–' : missing])]);
}

function nodeLines({ nodes }: TopSnapshot, history: History, options: FrameOptions): string[] {
  const rows = nodes.map(({ node, op, busy, rowsInState }) => {
    const rates = history.rates?.nodes.get(node);
    return [node, op, busy === null ? '–' : `${(busy * 100).toFixed(1)} %`, bar(busy ?? 0, 8, options.unicode), rateWords(rates?.rowsIn), rateWords(rates?.rowsOut), rowsInState];
  });
  return columnsText([['NODE', 'OP', 'BUSY', '', 'IN', 'OUT', 'STATE'], ...rows]);
}

function sinkLines({ sinks, timeMs }: TopSnapshot, history: History): string[] {
  const rows = sinks.map(({ sink, up, rows: waiting, oldestMs, p99Ms }) => [sink, up ? 'up' : 'DOWN', waiting, oldestMs === null ? '–' : durationWords(Math.max(0, timeMs - oldestMs)), rateWords(history.rates?.sinks.get(sink)), p99Ms === null ? '–' : millisecondsWords(p99Ms)]);
  return columnsText([['SINK', 'STATE', 'WAITING', 'OLDEST', 'OUT', 'P99'], ...rows]);
}

function sloLines({ slo }: TopSnapshot): string[] {
  return columnsText([['OBJECTIVE', 'STATE', 'BURN 5 MIN', 'BURN 1 H'], ...slo.map(({ objective, ok, burnRate, burnRateHour }) => [objective, ok ? 'kept' : 'BROKEN', burnRate.toFixed(2), burnRateHour.toFixed(2)])]);
}

function problemLines({ problems }: TopSnapshot): string[] {
  return ['LAST PROBLEMS', ...[...problems].reverse().map(({ timeMs, text }) => `${new Date(timeMs).toISOString().slice(11, 19)}  ${text}`)];
}

function footer(options: FrameOptions): string {
  if (options.trouble !== null) return style(options.trouble, 'bad', options);
  return `${style('q leave  p hold  ? help', 'dim', options)}${options.paused ? style('  held', 'bad', options) : ''}`;
}

function rateWords(perSecond: number | undefined): string {
  if (perSecond === undefined) return '–/s';
  return `${perSecond > 0 && perSecond < 10 ? perSecond.toFixed(1) : grouped(Math.round(perSecond))}/s`;
}

function millisecondsWords(ms: number): string {
  return ms < 1_000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : durationWords(ms);
}

function signedDuration(ms: number): string {
  return ms < 0 ? `-${durationWords(-ms)}` : durationWords(ms);
}
