import { describeCompiler } from '../../support/compiler-tests';

const head = `import { bool, count, first, float64, isNull, lake, list, mean, mqtt, pipeline, schema, stddev, timestampMs, utf8 } from 'littoral';
const Pump = schema({ tMs: timestampMs(), pump: utf8(), rpm: float64(), state: utf8(), on: bool(), x: list('float64') });
const rows = pipeline('pumps').from(mqtt('pumps/+', { connection: 'plant', schema: Pump, eventTime: 'tMs', maxOutOfOrdernessMs: 0 }));
const keyed = rows.keyBy('pump');
const machine = { initial: 'off', states: ['off', 'on'] } as const;
`;

const good = `
keyed
  .lag({ column: 'state', as: 'stateBefore', rows: 2 })
  .lead({ column: 'rpm', as: 'rpmNext', withinMs: 1_000 })
  .diff({ column: 'tMs', as: 'elapsed' })
  .smooth({ column: 'rpm', as: 'rpmMean', halfLifeRows: 5, varianceAs: 'rpmVariance' })
  .zScore({ column: 'rpm', as: 'z', rows: 50, against: 'before' })
  .cusum({ column: 'rpm', as: 'drift', target: 1_000, slack: 5, threshold: 50 })
  .rolling({ rows: 20 }, { n: count(), m: mean('rpm'), s: stddev('z'), who: first('pump') })
  .filter(r => r.stateBefore > 'a' && r.rpmNext + r.elapsed + r.rpmMean + r.rpmVariance + r.driftHigh + r.driftLow > 0 && r.driftAlarm && r.n > r.m + r.s && r.who === r.pump)
  .deadband({ column: 'rpm', percent: 1 })
  .reportByException({ columns: ['state', 'x'], maxSilenceMs: 60_000 })
  .throttle({ everyMs: 1_000 })
  .debounce({ quietMs: 100 })
  .swingingDoor({ column: 'rpm', deviation: 0.5 })
  .deduplicate({ by: ['state'], withinMs: 1_000 })
  .deduplicate({ keep: 'last' })
  .filter(r => r.revision > 0 && r.pump > '')
  .to(lake('pumps'));
keyed
  .stateMachine({
    ...machine,
    transitions: [{ from: 'off', to: 'on', when: r => r.rpm > 100 }, { from: '*', to: 'off', when: r => !r.on }],
    timeouts: { on: { afterMs: 60_000, to: 'off' } },
    columns: ['rpm']
  })
  .filter(r => r.to === 'on' && r.from !== 'on' && r.durationMs > r.atMs + r.rpm && r.pump > '')
  .to(lake('changes'));
keyed.stateMachine({ ...machine, transitions: [{ from: 'off', to: 'on', when: (r, p) => r.rpm > p.limit }] }, { limit: 5 });
keyed
  .pattern({
    sequence: [{ name: 'Up', when: r => isNull(r['Up.rpm']) || r.rpm > r['Up.rpm'], quantifier: { min: 2 } }, { name: 'Down', when: r => r.rpm < r['Up.rpm'] && r.state === r['Up.state'], quantifier: '+' }],
    withinMs: 10_000,
    skip: 'toLast:Down',
    absence: { when: r => r.state === r['Up.state'], withinMs: 500 },
    measures: { peak: { fn: 'last', of: 'Up', column: 'rpm' }, who: { fn: 'first', of: 'Down', column: 'state' }, n: { fn: 'count', of: 'Down' }, m: { fn: 'mean', of: 'Down', column: 'rpm' } }
  })
  .filter(r => r.peak + r.n + r.m > r.matchEndMs - r.matchStartMs && r.who > '' && r.pump > '')
  .to(lake('peaks'));
keyed.pattern({ sequence: [{ name: 'A', when: (r, p) => r.rpm > p.limit + r['A.rpm'] }] }, { limit: 1 }).filter(r => r.matchStartMs > 0);
rows.lag({ column: 'pump', as: 'before' }).keyBy('before');
`;

const bad: readonly (readonly [name: string, code: string, message: RegExp])[] = [
  ['a lag of no column', "keyed.lag({ column: 'rmp', as: 'y' });", /Type '"rmp"' is not assignable to type '"tMs" \| "pump" \| "rpm" \| "state" \| "on" \| "x"'/u],
  ['a new column whose name is taken', "keyed.lag({ column: 'rpm', as: 'state' });", /there is a column \\"state\\" already; give the new one another name/u],
  ['new columns of CUSUM whose names are taken', "keyed.lag({ column: 'rpm', as: 'cLow' }).cusum({ column: 'rpm', as: 'c', target: 1, slack: 1, threshold: 1 });", /there is a column \\"cLow\\" already; give the new ones another beginning/u],
  ['a difference of texts', "keyed.diff({ column: 'state', as: 'y' });", /Type '"state"' is not assignable to type '"tMs" \| "rpm"'/u],
  ['a difference of signals', "keyed.diff({ column: 'x', as: 'y' });", /Type '"x"' is not assignable to type '"tMs" \| "rpm"'/u],
  ['smoothing that does not say how', "keyed.smooth({ column: 'rpm', as: 'y' });", /Property 'halfLifeRows' is missing/u],
  ['a column that a step did not add', "keyed.smooth({ column: 'rpm', as: 'y', alpha: 0.1 }).filter(r => r.yVariance > 1);", /Property 'yVariance' does not exist/u],
  ['an alarm of CUSUM as a number', "keyed.cusum({ column: 'rpm', as: 'c', target: 1, slack: 1, threshold: 1 }).filter(r => r.cAlarm > 1);", /Operator '>' cannot be applied to types 'boolean' and 'number'/u],
  ['a CUSUM without a target', "keyed.cusum({ column: 'rpm', as: 'c', slack: 1, threshold: 1 });", /Property 'target' is missing/u],
  ['a band of no width', "keyed.deadband({ column: 'rpm' });", /Property 'percent' is missing/u],
  ['an exception report about no column', 'keyed.reportByException({ columns: [] });', /Source has 0 element\(s\) but target requires 1/u],
  ['duplicates by signals', "keyed.deduplicate({ by: ['x'] });", /Type '"x"' is not assignable to type '"tMs" \| "pump" \| "rpm" \| "state" \| "on"'/u],
  ['an option that does not exist', "keyed.deduplicate({ by: ['state'], witinMs: 5 });", /'witinMs' does not exist in type 'DeduplicateOptions</u],
  ['a revision where the first row is kept', "keyed.deduplicate({ by: ['state'] }).filter(r => r.revision > 0);", /Property 'revision' does not exist/u],
  ['a rolling aggregate of no column', "keyed.rolling({ rows: 2 }, { m: mean('state') });", /Type '"state"' is not assignable to type '"tMs" \| "rpm" \| "x"'/u],
  ['a state that does not exist', "keyed.stateMachine({ ...machine, transitions: [{ from: 'off', to: 'onn', when: r => r.on }] });", /Type '"onn"' is not assignable to type '(?=.*"on")(?=.*"off")[^']*'/u],
  ['a state of no machine in the next step', "keyed.stateMachine({ ...machine, transitions: [] }).filter(r => r.to === 'broken');", /types '(?=.*"on")(?=.*"off")[^']*' and '"broken"' have no overlap/u],
  ['a column of the row that was not asked for', "keyed.stateMachine({ ...machine, transitions: [] }).filter(r => r.rpm > 1);", /Property 'rpm' does not exist/u],
  ['a variable of no sequence', "keyed.pattern({ sequence: [{ name: 'A', when: r => r.rpm > r['B.rpm'] }] });", /Property 'B\.rpm' does not exist/u],
  ['a measure of no variable', "keyed.pattern({ sequence: [{ name: 'A', when: r => r.on }], measures: { n: { fn: 'count', of: 'B' } } });", /Type '"B"' is not assignable to type '"A"'/u],
  ['a mean of texts', "keyed.pattern({ sequence: [{ name: 'A', when: r => r.on }], measures: { n: { fn: 'mean', of: 'A', column: 'state' } } });", /'"state"' is not assignable to type '"tMs" \| "rpm"'/u],
  ['a skip to no variable', "keyed.pattern({ sequence: [{ name: 'A', when: r => r.on }], skip: 'toLast:B' });", /Type '"toLast:B"' is not assignable/u],
  ['a condition that is a number', "keyed.pattern({ sequence: [{ name: 'A', when: r => r.rpm }] });", /Type 'number' is not assignable to type 'boolean'/u]
];

describeCompiler('the compiler, about stateful steps', { head, good, bad, accepts: 'accepts a whole program with every step' });
