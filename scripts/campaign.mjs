// npm run campaign -- --minutes N --seed S [--report FILE]: random plans against the oracle and random expressions against the sandbox.
// Prints a Markdown report with its seed; fails on a finding.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { guarded, npmInstall, root, say, SetupError } from './setup.mjs';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' }, report: { type: 'string' } } });

/** Share of the time that goes to plans; the rest is for expressions. */
const PLANS_SHARE = 0.8;

function numberOf(name, text, max) {
  const number = Number(text);
  if (!(number > 0 && number <= max)) throw new SetupError(`--${name} is "${text}", expected a number above 0 and up to ${max}.`);
  return number;
}

function reportOf(seed, minutes, parts) {
  const lines = parts.map(part => `| ${part.name} | ${part.cases.toLocaleString('en')} | ${part.findings.length} |`);
  const findings = parts.flatMap(part => part.findings.map(text => `\n\`\`\`\n${text}\n\`\`\``));
  return [`# Campaign: seed ${seed}, ${minutes} minutes`, '', '| part | cases | findings |', '|---|---|---|', ...lines, ...findings, ''].join('\n');
}

await guarded(async () => {
  await npmInstall();
  const minutes = numberOf('minutes', values.minutes, 1440);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Math.floor(numberOf('seed', values.seed, 2 ** 31));
  const esbuild = await import('esbuild');
  const out = join(root, '.cache/campaign');
  mkdirSync(out, { recursive: true });
  const outfile = join(out, 'campaign.mjs');
  await esbuild.build({ entryPoints: [join(root, 'test/oracle/campaign.ts')], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', logLevel: 'error' });
  const { expressionCampaign, planCampaign } = await import(pathToFileURL(outfile).href);
  const startedMs = Date.now();
  const plansUntilMs = startedMs + minutes * 60_000 * PLANS_SHARE;
  const untilMs = startedMs + minutes * 60_000;
  say(`seed ${seed}, ${minutes} minutes`);
  const parts = [
    planCampaign(seed, plansUntilMs, Date.now, cases => say(`${cases.toLocaleString('en')} plans`)),
    expressionCampaign(seed, untilMs, Date.now, cases => say(`${cases.toLocaleString('en')} expressions`))
  ];
  const report = reportOf(seed, minutes, parts);
  console.log(`\n${report}`);
  if (values.report) writeFileSync(values.report, report);
  if (parts.some(part => part.findings.length > 0)) process.exitCode = 1;
});
