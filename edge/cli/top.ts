import { LittoralError } from '../../engine/error';
import { frame } from '../top/frame';
import { History } from '../top/history';
import { addressOf, pollStatus, type AgentPlace } from '../top/poll';
import { openScreen, type Screen } from '../top/screen';
import { UsageError, type Call, type Outcome, type Verb } from './verb';

const EVERY_MS = 1_000;
const PAGE = { columns: 120, rows: 60 };

/** `littoral top`: what an agent does, as it happens. */
export const top: Verb = {
  name: 'top',
  operands: '--data DIR | --url URL',
  operandCount: { min: 0, max: 0 },
  summary: 'watch an agent: rates, lag, queues, nodes, sinks, objectives',
  details: `Shows an agent of this machine once a second. Keys: q leaves, p holds the picture, ? explains it.
Without a terminal, with --once or with --json it prints one picture of about a second and ends. NO_COLOR is respected.`,
  options: [
    { name: 'data', value: 'DIR', doc: "the agent's data folder; follows the agent to another port when it is started again" },
    { name: 'url', value: 'URL', doc: "the agent's address, e.g. http://127.0.0.1:9464" },
    { name: 'once', doc: 'one picture, then end' }
  ],
  example: 'littoral top --data .littoral/agent --once',
  run(call) {
    const place = placeOf(call);
    const interactive = process.stdin.isTTY && process.stderr.isTTY && !call.flag('once') && !call.flag('json');
    return interactive ? new Watch(place).run() : once(place);
  }
};

function placeOf(call: Call): AgentPlace {
  const url = call.text('url');
  const dataDir = call.text('data');
  if (url !== undefined && dataDir === undefined) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new UsageError(`littoral top: --url "${url}" is not http://host:port`);
    return { url };
  }
  if (dataDir !== undefined && url === undefined) return { dataDir };
  throw new UsageError('littoral top: one of --data DIR and --url URL is needed; see `littoral top --help`');
}

/** Two looks, a second apart, because rates need both. */
async function once(place: AgentPlace): Promise<Outcome> {
  const history = new History();
  const url = await addressOf(place);
  history.add(await pollStatus(url));
  await new Promise(done => setTimeout(done, EVERY_MS));
  history.add(await pollStatus(url));
  const { latest, rates } = history;
  const lines = frame(history, { url, ...PAGE, color: false, unicode: speaksUnicode(), paused: false, help: false, trouble: null }).slice(0, -1);
  const perSecond = rates === null ? null : { ...rates, nodes: Object.fromEntries(rates.nodes), sinks: Object.fromEntries(rates.sinks) };
  return { ok: true, document: { ok: true, url, ...latest, perSecond }, words: withoutEnd(lines) };
}

function withoutEnd(lines: readonly string[]): readonly string[] {
  let end = lines.length;
  while (end > 0 && lines[end - 1] === '') end--;
  return lines.slice(0, end);
}

/** The picture that follows the agent until somebody leaves. */
class Watch {
  private readonly history = new History();
  private url = '';
  private trouble: string | null = null;
  private paused = false;
  private help = false;
  private looking = false;
  private screen: Screen | null = null;
  private leave: () => void = () => undefined;

  constructor(private readonly place: AgentPlace) {}

  async run(): Promise<Outcome> {
    const left = new Promise<void>(done => (this.leave = done));
    this.screen = openScreen(process.stdin, process.stderr, { onKey: key => this.key(key), onResize: () => this.draw() });
    process.once('SIGTERM', this.leave);
    this.draw();
    const timer = setInterval(() => void this.look(), EVERY_MS);
    try {
      await this.look();
      await left;
    } finally {
      clearInterval(timer);
      this.screen.close();
      this.screen = null;
    }
    return { ok: true, document: { ok: true }, words: [] };
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      this.url = await addressOf(this.place);
      const snapshot = await pollStatus(this.url);
      if (!this.paused) this.history.add(snapshot);
      this.trouble = null;
    } catch (error) {
      if (!(error instanceof LittoralError)) throw error;
      this.trouble = `${error.message.split(';', 1)[0] ?? ''}; trying again`;
    } finally {
      this.looking = false;
    }
    this.draw();
  }

  private key(key: string): void {
    if (key === 'q' || key === 'Q' || key === '\u0003') return this.leave();
    if (key === 'p' || key === ' ') this.paused = !this.paused;
    else if (key === '?') this.help = !this.help;
    else return;
    this.draw();
  }

  private draw(): void {
    const { screen, history, url, trouble, paused, help } = this;
    if (screen === null) return;
    screen.draw(frame(history, { url, columns: screen.columns, rows: screen.rows, color: process.env['NO_COLOR'] === undefined || process.env['NO_COLOR'] === '', unicode: speaksUnicode(), paused, help, trouble }));
  }
}

function speaksUnicode(): boolean {
  const locale = process.env['LC_ALL'] || process.env['LC_CTYPE'] || process.env['LANG'] || '';
  return process.platform === 'win32' || /utf-?8/i.test(locale) || locale === '';
}
