import { textButton, whileBusy } from '../ui/controls';
import { el, fill } from '../ui/dom';
import { errorCard } from '../ui/error-card';
import type { AgentClient, DeployAnswer, DeployStep } from './agent-client';
import type { ExportResult } from './export-form';

const STEPS: readonly { readonly step: DeployStep; readonly words: string }[] = [
  { step: 'key', words: 'this page’s public key is known to the agent' },
  { step: 'send', words: 'the bundle is sent' },
  { step: 'verify', words: 'signature, digests and release are verified' },
  { step: 'evidence', words: 'the evidence gives the same rows' },
  { step: 'live', words: 'the pipeline is live' }
];

export type StepState = 'waiting' | 'running' | 'done' | 'failed';

/** The state of each step: everything before the present or failed one is done. */
export function stepStates(current: DeployStep | null, answer: DeployAnswer | null): readonly StepState[] {
  if (answer?.ok) return STEPS.map(() => 'done');
  const at = STEPS.findIndex(({ step }) => step === (answer?.failed ?? current));
  return STEPS.map((_step, index) => (at < 0 || index > at ? 'waiting' : index < at ? 'done' : answer ? 'failed' : 'running'));
}

const MARKS: Readonly<Record<StepState, string>> = { waiting: '○', running: '◌', done: '✓', failed: '✕' };
const WORDS: Readonly<Record<StepState, string>> = { waiting: 'waiting', running: 'under way', done: 'done', failed: 'refused' };

/** What was made, and what one does with it: download, save, deploy to the local agent step by step. */
export function bundleView(options: {
  readonly result: ExportResult;
  readonly agent: AgentClient | null;
  readonly onDownload: () => void;
  readonly onSave: () => Promise<string>;
  readonly onDeployed: () => void;
}): HTMLElement {
  const { bundle } = options.result;
  const answer = el('div', { 'aria-live': 'polite' });
  const steps = el('ol', { class: 'lt-steps', hidden: true, 'aria-label': 'Deployment' });
  const fail = (error: unknown): void => fill(answer, errorCard(error));
  const save = textButton({ label: 'Save beside the notebook', onClick: () => void whileBusy(save, async () => fill(answer, el('p', { class: 'lt-note lt-mod-good' }, `✓ saved as ${await options.onSave()}`)), fail) });
  const { agent } = options;
  const deploy = agent && textButton({ label: 'Deploy to local agent', kind: 'accent', onClick: () => void whileBusy(deploy as HTMLButtonElement, () => deployTo(agent, { ...options, steps, answer }), error => (fail(error), (steps.hidden = true))) });
  return el(
    'section',
    { class: 'lt-bundle', 'aria-label': 'Bundle' },
    el('h3', {}, bundle.fileName),
    el('p', { class: 'lt-hint' }, `${(bundle.bytes / 1_000).toFixed(1)} kB, SHA-256 `, el('code', {}, bundle.sha256)),
    el('div', { class: 'lt-actions' }, deploy, textButton({ label: 'Download', onClick: options.onDownload }), save),
    agent ? null : el('p', { class: 'lt-hint' }, 'This site offers no local agent. Download the bundle and start it with npx littoral run.'),
    steps,
    answer
  );
}

async function deployTo(agent: AgentClient, options: { readonly result: ExportResult; readonly steps: HTMLElement; readonly answer: HTMLElement; readonly onDeployed: () => void }): Promise<void> {
  const { steps, answer, result } = options;
  const draw = (current: DeployStep | null, verdict: DeployAnswer | null): void => {
    const states = stepStates(current, verdict);
    fill(steps, ...STEPS.map(({ words }, index) => {
      const state = states[index] ?? 'waiting';
      return el('li', { class: `lt-step lt-step-${state}` }, el('span', { class: 'lt-step-mark', 'aria-hidden': 'true' }, MARKS[state]), words, el('span', { class: 'lt-visually-hidden' }, `: ${WORDS[state]}`));
    }));
  };
  steps.hidden = false;
  fill(answer);
  const verdict = await agent.deploy({ bytes: result.bytes, publicKey: result.publicKey, onStep: step => draw(step === 'send' ? 'verify' : step, null) });
  draw(null, verdict);
  if (verdict.ok) fill(answer, el('p', { class: 'lt-note lt-mod-good' }, `✓ ${result.bundle.fileName} is live on the local agent.`));
  else fill(answer, el('p', { class: 'lt-note lt-mod-bad' }, `✕ refused (${verdict.reason ?? 'no reason given'}): ${verdict.detail ?? ''}${hint(verdict.reason)}`));
  options.onDeployed();
}

function hint(reason: string | null): string {
  if (reason === 'RELEASE_NOT_NEWER') return '. Export again with a higher release.';
  if (reason === 'AGENT_STARTING') return ' Deploy again in a moment.';
  return '';
}
