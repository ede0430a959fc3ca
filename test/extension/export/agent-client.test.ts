import { describe, expect, it } from 'vitest';
import { agentFigures, releaseWords, stateWords } from '../../../extension/export/agent-card';
import { AgentClient, stepOf } from '../../../extension/export/agent-client';
import type { DeployStep } from '../../../extension/export/agent-client';
import { toBase64 } from '../../../extension/export/base64';
import { stepStates } from '../../../extension/export/deploy-view';
import { inOneYear, readExport } from '../../../extension/export/export-form';
import { parseAgentStatus } from '../../../extension/export/agent-status';

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

/** An agent's door that answers by path. */
function door(answers: Readonly<Record<string, () => Response>>): { readonly asked: string[]; readonly fetcher: (url: string) => Promise<Response> } {
  const asked: string[] = [];
  return {
    asked,
    fetcher: url => {
      const path = url.split('/').pop() ?? '';
      asked.push(path);
      const answer = answers[path];
      return answer ? Promise.resolve(answer()) : Promise.reject(new TypeError('fetch failed'));
    }
  };
}
const bundle = (steps: DeployStep[]) => ({ bytes: new Uint8Array(3), publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'abc', d: 'secret' }, onStep: (step: DeployStep) => steps.push(step) });

describe('deployment', () => {
  it('makes the key known, then sends the bundle', async () => {
    const { asked, fetcher } = door({ keys: () => json({ ok: true }), bundles: () => json({ ok: true }) });
    const steps: DeployStep[] = [];
    expect(await new AgentClient('http://a', fetcher).deploy(bundle(steps))).toMatchObject({ ok: true, failed: null });
    expect(asked).toEqual(['keys', 'bundles']);
    expect(steps).toEqual(['key', 'send']);
  });

  it('gives the agent’s reason and the step it belongs to', async () => {
    const { fetcher } = door({ keys: () => json({ ok: true }), bundles: () => json({ ok: false, reason: 'EVIDENCE_DIFFERS', detail: 'row 3 differs' }, 422) });
    expect(await new AgentClient('http://a', fetcher).deploy(bundle([]))).toEqual({ ok: false, reason: 'EVIDENCE_DIFFERS', detail: 'row 3 differs', failed: 'evidence' });
  });

  it('says when nothing answers', async () => {
    await expect(new AgentClient('http://a', door({}).fetcher).deploy(bundle([]))).rejects.toMatchObject({ code: 'AGENT_UNREACHABLE' });
    expect((await new AgentClient('http://a', door({}).fetcher).status()).state).toBe('unreachable');
  });

  it.each([
    ['DIGEST_MISMATCH', 'verify'],
    ['RELEASE_NOT_NEWER', 'verify'],
    ['EVIDENCE_MISSING', 'evidence'],
    ['SINK_REFUSED', 'live'],
    ['AGENT_STARTING', 'send']
  ] as const)('puts %s to the step %s', (reason, step) => expect(stepOf(reason)).toBe(step));

  it('shows everything before a refusal as done', () => {
    expect(stepStates(null, { ok: false, reason: 'x', detail: null, failed: 'evidence' })).toEqual(['done', 'done', 'done', 'failed', 'waiting']);
    expect(stepStates('verify', null)).toEqual(['done', 'done', 'running', 'waiting', 'waiting']);
    expect(stepStates(null, { ok: true, reason: null, detail: null, failed: null })).toEqual(['done', 'done', 'done', 'done', 'done']);
  });
});

describe('export form', () => {
  const nowMs = Date.UTC(2026, 10, 22);
  const texts = { runId: 'r', recording: 'rec', release: '2', targets: 'site-a/*, site-b', expires: '2027-11-22' };

  it('reads release, targets and the end of validity', () => {
    expect(readExport(texts, nowMs)).toEqual({ runId: 'r', recording: 'rec', release: 2, targets: ['site-a/*', 'site-b'], expires: '2027-11-22T00:00:00.000Z' });
    expect(inOneYear(nowMs)).toBe('2027-11-22');
  });

  it.each([
    [{ release: '0' }, /whole number from 1/],
    [{ release: '1.5' }, /whole number from 1/],
    [{ expires: '2020-01-01' }, /in the future/],
    [{ targets: ' , ' }, /at least one/]
  ])('refuses %j in words', (differs, words) => expect(readExport({ ...texts, ...differs }, nowMs)).toMatch(words));
});

describe('status of the agent', () => {
  const live = { state: 'live', pipeline: 'p', release: 3, problem: null, counters: { rowsIn: 100, rowsOut: { alerts: 2, lake: 8 }, late: 1, deadLetters: { JSON_SYNTAX: 4 }, conservationError: 0, watermarkMs: 5 } };

  it('sums what goes out and what is dead', () => {
    expect(parseAgentStatus(live)).toEqual({ state: 'live', pipeline: 'p', release: 3, problem: null, rowsIn: 100, rowsOut: 10, late: 1, dead: 4, conservationError: 0, watermarkMs: 5, probation: null, rollback: null });
  });

  it.each([[null], ['text'], [{}], [{ state: 'dancing' }]])('takes %j for an agent of another version', json => expect(parseAgentStatus(json).state).toBe('unreachable'));

  it('is asked through the door, with the words of a refusal', async () => {
    const { fetcher } = door({ status: () => json({ ok: false, reason: 'AGENT_STARTING', detail: 'The agent is starting.' }, 503) });
    expect(await new AgentClient('http://a', fetcher).status()).toMatchObject({ state: 'unreachable', problem: 'The agent is starting.' });
  });

  it('becomes rates by two looks', () => {
    const look = (atMs: number, rowsIn: number) => ({ atMs, status: parseAgentStatus({ state: 'live', release: 1, counters: { rowsIn } }) });
    expect(agentFigures(look(3_000, 260), look(1_000, 100))).toEqual([{ name: 'in', value: '80.0/s' }]);
    expect(agentFigures(look(3_000, 260), null)).toEqual([{ name: 'in', value: '260 in all' }]);
  });

  it.each([
    [{ ...live }, '● live: p release 3'],
    [{ ...live, problem: 'the broker is away' }, '◌ p release 3 is not ready. the broker is away'],
    [{ state: 'waiting' }, '◌ waits for a bundle']
  ])('says %j as "%s"', (status, words) => expect(stateWords(parseAgentStatus(status))).toBe(words));
});

describe('base64', () => {
  it('encodes long bytes as Node does', () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_value, index) => index % 256);
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
  });
});

describe('the release of an agent', () => {
  const live = { state: 'live', pipeline: 'p', release: 3 };
  it.each([
    [{ ...live, probation: { formerRelease: 2, remainingMs: 41_200 } }, 'Has to prove itself for 42 s more; else release 2 comes back.'],
    [{ ...live, probation: { formerRelease: 2, remainingMs: null } }, 'Has to prove itself from its first data on; else release 2 comes back.'],
    [{ ...live, lastRollback: { release: 4, to: 3, atMs: 1, detail: 'late share is 0.4, the plan allows 0.1' } }, 'Release 4 was given up (late share is 0.4, the plan allows 0.1); release 3 is back.'],
    [{ ...live, release: 5, lastRollback: { release: 4, to: 3, atMs: 1, detail: 'x' } }, null],
    [{ ...live, probation: 'soon', lastRollback: 7 }, null]
  ])('of %j reads %j', (status, words) => expect(releaseWords(parseAgentStatus(status))).toBe(words));
});
